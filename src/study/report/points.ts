/** @file Findings as points of a chart. */
import type { SeriesPoint } from "./charts/series-chart.ts";
import type { Axis } from "./axis.ts";
import type { Findings } from "./findings.ts";
import { evenly, middleOf, mostEvaluations, mostBuckets, stepsPerBucketOf, thinned } from "./thinned.ts";

/** A series of the steps' records, thinned.
 * @param values of steps 1, 2, …
 * @param most points at most */
export const pointsOf = (
  values: Float64Array,
  { perStep }: Axis,
  most: number = mostBuckets,
): SeriesPoint[] =>
  thinned(values, stepsPerBucketOf(values.length, most)).map(({ step, ...point }) => ({
    at: step * perStep,
    ...point,
  }));

/** Mean training loss of a domain, of its rows as they were drawn. */
export const trainingPoints = (
  { meanLoss, run }: Findings,
  { perStep }: Axis,
  domain: number,
): SeriesPoint[] => {
  const { domains, stepsPerBucket, buckets, mean } = meanLoss;
  return Array.from({ length: buckets }, (_, bucket) => ({
    at: middleOf(bucket, stepsPerBucket, run.ledger.lastStep) * perStep,
    mean: mean[bucket * domains + domain]!,
  })).filter(({ mean: loss }) => Number.isFinite(loss));
};

/** Mean training loss of all rows as they were drawn. */
export const allTrainingPoints = ({ meanLoss, run }: Findings, { perStep }: Axis): SeriesPoint[] => {
  const { domains, stepsPerBucket, buckets, sum, count } = meanLoss;
  const total = (of: Float64Array, bucket: number): number =>
    of.subarray(bucket * domains, (bucket + 1) * domains).reduce((all, value) => all + value, 0);
  return Array.from({ length: buckets }, (_, bucket) => ({
    at: middleOf(bucket, stepsPerBucket, run.ledger.lastStep) * perStep,
    mean: total(sum, bucket) / total(count, bucket),
  })).filter(({ mean: loss }) => Number.isFinite(loss));
};

/** Held-out losses of a domain, of evenly spread evaluations where there are many. */
export const heldOutPoints = ({ evaluations }: Findings, { perStep }: Axis, domain: string): SeriesPoint[] =>
  evenly(evaluations, mostEvaluations)
    .map(({ step, heldOut }) => ({ at: step * perStep, mean: heldOut[domain]?.loss ?? Number.NaN }))
    .filter(({ mean }) => Number.isFinite(mean));

/** Held-out losses, mean over domains, each counting the same; of evenly spread evaluations where there are many. */
export const meanHeldOutPoints = ({ evaluations }: Findings, { perStep }: Axis): SeriesPoint[] =>
  evenly(evaluations, mostEvaluations)
    .map(({ step, heldOut }) => {
      const losses = Object.values(heldOut).map(({ loss }) => loss);
      return { at: step * perStep, mean: losses.reduce((sum, loss) => sum + loss, 0) / losses.length };
    })
    .filter(({ mean }) => Number.isFinite(mean));

/** Least and greatest of all points; [0, 1] without any. */
export const rangeOfPoints = (points: readonly SeriesPoint[]): [number, number] => {
  if (points.length === 0) return [0, 1];
  return points.reduce<[number, number]>(
    ([low, high], { mean }) => [Math.min(low, mean), Math.max(high, mean)],
    [Infinity, -Infinity],
  );
};

/** Whether losses need a logarithmic scale: all above 0, and the largest over a thousand times the smallest. */
export const spansDecades = (points: readonly SeriesPoint[]): boolean => {
  const [low, high] = rangeOfPoints(points);
  return low > 0 && high > 1000 * low;
};
