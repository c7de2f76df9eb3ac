/** @file How the losses of chosen instances went. */
import type { Instance } from "../replay/instance-name.ts";
import type { Aggregation } from "./aggregation.ts";
import { InstanceTable } from "./instance-table.ts";

/** One instance's finite losses in the order of its visits. */
export interface Trajectory extends Instance {
  /** Shape [visits], ascending. */
  readonly steps: readonly number[];
  /** Shape [visits], nats per token. */
  readonly losses: readonly number[];
}

/** Trajectories of chosen instances, in the order given, empty for those never visited. Memory: 16 bytes a visit of a chosen one.
 * @param instances each once */
export const createTrajectories = (
  instances: readonly Instance[],
): Aggregation<"step" | "shard" | "row" | "loss", Trajectory[]> => {
  const chosen = new InstanceTable();
  for (const { shard, row } of instances) chosen.meet(shard, row);
  const visits = instances.map(() => ({ steps: [] as number[], losses: [] as number[] }));
  return {
    columns: ["step", "shard", "row", "loss"],
    add({ size, step, shard, row, loss }) {
      for (let slot = 0; slot < size; slot++) {
        const number = chosen.find(shard[slot]!, row[slot]!);
        if (number < 0 || !Number.isFinite(loss[slot])) continue;
        visits[number]!.steps.push(step[slot]!);
        visits[number]!.losses.push(loss[slot]!);
      }
    },
    result: () =>
      instances.map(({ shard, row }, at) => ({
        shard,
        row,
        steps: [...visits[at]!.steps],
        losses: [...visits[at]!.losses],
      })),
  };
};
