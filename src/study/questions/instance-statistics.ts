/** @file What each instance has cost over all of its visits. */
import type { Aggregation } from "./aggregation.ts";
import { InstanceTable } from "./instance-table.ts";

/** Columns over visited instances, in the order of their first visits. Losses are in nats per token. */
export interface InstanceStatistics {
  /** Instances with at least one finite loss. */
  readonly size: number;
  readonly shard: Uint32Array;
  readonly row: Uint32Array;
  readonly domain: Uint16Array;
  /** Finite losses. */
  readonly visits: Uint32Array;
  readonly firstLoss: Float32Array;
  readonly lastLoss: Float32Array;
  readonly minLoss: Float32Array;
  readonly maxLoss: Float32Array;
  readonly mean: Float64Array;
  /** Σ(loss − mean)²; divided by visits − 1 it is the sample variance. */
  readonly squares: Float64Array;
  readonly lastStep: Uint32Array;
}

type Columns = Omit<InstanceStatistics, "size" | "shard" | "row">;

/** The first `size` rows of every column, in new columns of `length` rows. */
const copied = (columns: Columns | null, size: number, length: number): Columns => {
  const copy = <Column extends Uint16Array | Uint32Array | Float32Array | Float64Array>(
    target: Column,
    source: Column | undefined,
  ): Column => {
    if (source !== undefined) target.set(source.subarray(0, size));
    return target;
  };
  return {
    domain: copy(new Uint16Array(length), columns?.domain),
    visits: copy(new Uint32Array(length), columns?.visits),
    firstLoss: copy(new Float32Array(length), columns?.firstLoss),
    lastLoss: copy(new Float32Array(length), columns?.lastLoss),
    minLoss: copy(new Float32Array(length), columns?.minLoss),
    maxLoss: copy(new Float32Array(length), columns?.maxLoss),
    mean: copy(new Float64Array(length), columns?.mean),
    squares: copy(new Float64Array(length), columns?.squares),
    lastStep: copy(new Uint32Array(length), columns?.lastStep),
  };
};

/** Statistics by instance. Mean and squares by Welford's updates in float64, in the order of visits:
 * d = loss − mean; mean += d/n; squares += d·(loss − mean).
 * Memory: 58 to 66 bytes an instance visited, twice that just after growing. Expected O(1) a row. */
export const createInstanceStatistics = (): Aggregation<
  "step" | "shard" | "row" | "domain" | "loss",
  InstanceStatistics
> => {
  const table = new InstanceTable();
  let room = 1024;
  let columns = copied(null, 0, room);
  return {
    columns: ["step", "shard", "row", "domain", "loss"],
    add({ size, step, shard, row, domain, loss }) {
      for (let slot = 0; slot < size; slot++) {
        const value = loss[slot]!;
        if (!Number.isFinite(value)) continue;
        const at = table.meet(shard[slot]!, row[slot]!);
        if (at === room) columns = copied(columns, room, (room *= 2));
        const visits = (columns.visits[at]! += 1);
        if (visits === 1) {
          columns.domain[at] = domain[slot]!;
          columns.firstLoss[at] = columns.minLoss[at] = columns.maxLoss[at] = value;
        } else {
          columns.minLoss[at] = Math.min(columns.minLoss[at]!, value);
          columns.maxLoss[at] = Math.max(columns.maxLoss[at]!, value);
        }
        const distance = value - columns.mean[at]!;
        columns.mean[at]! += distance / visits;
        columns.squares[at]! += distance * (value - columns.mean[at]!);
        columns.lastLoss[at] = value;
        columns.lastStep[at] = step[slot]!;
      }
    },
    result: () => ({
      size: table.size,
      shard: table.shards(),
      row: table.rows(),
      ...copied(columns, table.size, table.size),
    }),
  };
};
