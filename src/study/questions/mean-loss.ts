/** @file Mean loss by domain and bucket of steps. */
import { LedgerError, mustBe } from "../../errors.ts";
import type { Aggregation } from "./aggregation.ts";
import { StepBuckets } from "./step-buckets.ts";
import { tallyLosses } from "./tally-losses.ts";

/** Losses summed by bucket of steps and domain; arrays have shape [buckets, domains]. */
export interface MeanLoss {
  readonly domains: number;
  readonly stepsPerBucket: number;
  /** Bucket b holds the steps in [b · stepsPerBucket, (b + 1) · stepsPerBucket); steps begin with 1. */
  readonly buckets: number;
  /** Finite losses. */
  readonly count: Float64Array;
  /** Their sum, nats per token: float64, added in slot order. */
  readonly sum: Float64Array;
  /** sum / count; NaN where there is none. */
  readonly mean: Float64Array;
  /** Losses that were not finite. */
  readonly masked: Float64Array;
}

/** Means by domain × `stepsPerBucket` steps: the float32 losses, widened, are added one by one in float64, in slot order.
 *
 * Any other order of the same additions (DuckDB's `avg` over FLOAT, polars, numpy) gives a mean that differs by at most
 * 2·(n + 1)·2⁻⁵³·Σ|loss|/n for n losses: each sum is within (n − 1)·2⁻⁵³·Σ|loss| of the true one (Jeannerod & Rump 2013), and
 * is then divided once. Where all losses are multiples of 2^q and Σ|loss| < 2^(53 + q), nothing is rounded and every order
 * gives the same bits: so with up to 2²¹ losses in [2⁻⁴, 2⁵), whose float32 digits end at 2⁻²⁷.
 * Memory: 32 bytes a bucket and domain. Steps must ascend within the rows of a call.
 * @param domains number of domains, as in the manifest
 * @param stepsPerBucket ≥ 1
 * @throws {LedgerError} from `add`, for a domain that the corpus does not have */
export const createMeanLoss = (
  domains: number,
  stepsPerBucket: number,
): Aggregation<"step" | "domain" | "loss", MeanLoss> => {
  const count = new StepBuckets(domains, stepsPerBucket);
  const sum = new StepBuckets(domains, stepsPerBucket);
  const masked = new StepBuckets(domains, stepsPerBucket);
  return {
    columns: ["step", "domain", "loss"],
    add({ size, step, domain, loss }) {
      for (const { start, end, bucket } of count.runsOf(step, size)) {
        const cells = (buckets: StepBuckets): Float64Array =>
          buckets.upTo(bucket).subarray(bucket * domains, (bucket + 1) * domains);
        const tally = { count: cells(count), sum: cells(sum), masked: cells(masked) };
        const ended = tallyLosses(tally, loss, domain, start, end);
        if (ended < end)
          throw new LedgerError(mustBe("domain of a loss", `below ${domains}`, domain[ended]), {
            step: step[ended]!,
          });
      }
    },
    result() {
      const counts = count.values();
      const sums = sum.values();
      return {
        domains,
        stepsPerBucket,
        buckets: count.buckets,
        count: counts,
        sum: sums,
        mean: sums.map((value, cell) => value / counts[cell]!),
        masked: masked.values(),
      };
    },
  };
};
