/** @file How much of each domain has been visited, and how long ago, as the run went on. */
import { LedgerError, mustBe } from "../../errors.ts";
import type { Aggregation } from "./aggregation.ts";
import { InstanceTable } from "./instance-table.ts";
import { StepBuckets } from "./step-buckets.ts";

/** What had been visited at the end of each bucket of steps; arrays but `asOf` have shape [buckets, domains]. */
export interface Coverage {
  readonly domains: number;
  readonly stepsPerBucket: number;
  /** As in `MeanLoss`. */
  readonly buckets: number;
  /** Last step of the log in each bucket, shape [buckets]: what the two below are as of; 0 in a bucket without rows. */
  readonly asOf: Float64Array;
  /** Instances with at least one finite loss so far. */
  readonly seen: Float64Array;
  /** Mean number of steps since a seen instance's last visit; NaN where none is seen. */
  readonly age: Float64Array;
}

/** Coverage and age by domain: instances seen and the sum of their last steps are carried along, so that
 * age = asOf − Σ lastStep / seen costs O(1) a row.
 * Memory: 20 to 28 bytes an instance visited (twice that just after growing), 24 a bucket and domain.
 * @param domains number of domains, as in the manifest
 * @param stepsPerBucket ≥ 1
 * @throws {LedgerError} from `add`, for a domain that the corpus does not have */
export const createCoverage = (
  domains: number,
  stepsPerBucket: number,
): Aggregation<"step" | "shard" | "row" | "domain" | "loss", Coverage> => {
  const table = new InstanceTable();
  let lastStep = new Uint32Array(1024);
  const seen = new Float64Array(domains);
  const lastStepSum = new Float64Array(domains);
  const seenAt = new StepBuckets(domains, stepsPerBucket);
  const sumAt = new StepBuckets(domains, stepsPerBucket);
  const asOf = new StepBuckets(1, stepsPerBucket);
  return {
    columns: ["step", "shard", "row", "domain", "loss"],
    add({ size, step, shard, row, domain, loss }) {
      for (const { start, end, bucket } of asOf.runsOf(step, size)) {
        for (let slot = start; slot < end; slot++) {
          const number = domain[slot]!;
          if (number >= domains)
            throw new LedgerError(mustBe("domain of a loss", `below ${domains}`, number), {
              step: step[slot]!,
            });
          if (!Number.isFinite(loss[slot])) continue;
          const met = table.size;
          const at = table.meet(shard[slot]!, row[slot]!);
          if (at === lastStep.length) {
            const grown = new Uint32Array(2 * at);
            grown.set(lastStep);
            lastStep = grown;
          }
          if (at === met) seen[number]! += 1;
          lastStepSum[number]! += step[slot]! - lastStep[at]!;
          lastStep[at] = step[slot]!;
        }
        asOf.upTo(bucket)[bucket] = step[end - 1]!;
        seenAt.upTo(bucket).set(seen, bucket * domains);
        sumAt.upTo(bucket).set(lastStepSum, bucket * domains);
      }
    },
    result() {
      const steps = asOf.values();
      const instances = seenAt.values();
      const age = sumAt
        .values()
        .map((sum, cell) => steps[Math.floor(cell / domains)]! - sum / instances[cell]!);
      return { domains, stepsPerBucket, buckets: asOf.buckets, asOf: steps, seen: instances, age };
    },
  };
};
