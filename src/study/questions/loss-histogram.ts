/** @file How losses are distributed over time: a histogram for each bucket of steps. */
import type { Aggregation } from "./aggregation.ts";
import { StepBuckets } from "./step-buckets.ts";

/** Smallest loss, 2⁻⁴, with a bin of its own, and the edge 2⁵ of the last bin. */
const lowestExponent = -4;
const highestExponent = 5;
/** An octave is cut into 2³ bins of equal width. */
const mantissaBits = 3;
/** Bits of a float32 that do not choose its bin. */
const shift = 23 - mantissaBits;
const firstBits = (lowestExponent + 127) << mantissaBits;
const octaveBins = (highestExponent - lowestExponent) << mantissaBits;

/** Lower edges of the bins, nats per token: −∞, then 2ᵉ·(1 + m/8) for e = −4 … 4, m = 0 … 7, then 32; a bin is half-open and
 * ends where the next begins, the last at +∞. All edges are float32 numbers, so that no loss lies on the wrong side. */
export const lossEdges: Float64Array = Float64Array.from({ length: octaveBins + 2 }, (_, bin) => {
  if (bin === 0) return -Infinity;
  const place = bin - 1;
  return 2 ** (lowestExponent + (place >> mantissaBits)) * (1 + (place & 7) / 8);
});

/** Counts of losses by bucket of steps and bin. */
export interface LossHistogram {
  /** {@link lossEdges}: shape [bins]. */
  readonly edges: Float64Array;
  readonly stepsPerBucket: number;
  /** As in `MeanLoss`. */
  readonly buckets: number;
  /** Shape [buckets, bins]. */
  readonly count: Float64Array;
  /** Losses that were not finite, shape [buckets]. */
  readonly masked: Float64Array;
}

/** Counts losses by bin: exponent and first three mantissa bits of a float32 are its bin, so counting takes no logarithm.
 * Memory: 75 · 8 bytes a bucket. Steps must ascend within the rows of a call.
 * @param stepsPerBucket ≥ 1 */
export const createLossHistogram = (stepsPerBucket: number): Aggregation<"step" | "loss", LossHistogram> => {
  const bins = lossEdges.length;
  const counts = new StepBuckets(bins, stepsPerBucket);
  const masked = new StepBuckets(1, stepsPerBucket);
  return {
    columns: ["step", "loss"],
    add({ size, step, loss }) {
      const bits = new Int32Array(loss.buffer, loss.byteOffset, size);
      for (const { start, end, bucket } of counts.runsOf(step, size)) {
        const cells = counts.upTo(bucket);
        const masks = masked.upTo(bucket);
        for (let at = start; at < end; at++) {
          if (Number.isFinite(loss[at])) {
            // Negative numbers have negative bits, and so the first bin.
            const place = (bits[at]! >> shift) - firstBits + 1;
            cells[bucket * bins + Math.min(Math.max(place, 0), bins - 1)]! += 1;
          } else masks[bucket]! += 1;
        }
      }
    },
    result: () => ({
      edges: lossEdges,
      stepsPerBucket,
      buckets: counts.buckets,
      count: counts.values(),
      masked: masked.values(),
    }),
  };
};
