/** @file A long series as a few points: mean, least and greatest of equal runs of steps. */

/** What a bucket of steps holds. */
export interface ThinnedPoint {
  /** Middle of its steps. */
  readonly step: number;
  /** Of its finite values. */
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** Buckets that a chart of the report is thinned to, at most. */
export const mostBuckets = 240;

/** Rows of a table behind a line, at most. */
export const tableRows = 24;

/** Held-out points of a line, at most. */
export const mostEvaluations = 120;

/** Steps a bucket so that steps 1 … `lastStep` take at most `buckets` of them; bucket b holds the steps in
 * [b · stepsPerBucket, (b + 1) · stepsPerBucket).
 * @param lastStep ≥ 1 */
export const stepsPerBucketOf = (lastStep: number, buckets: number = mostBuckets): number =>
  Math.ceil((lastStep + 1) / buckets);

/** Middle of the steps that a bucket holds. */
export const middleOf = (bucket: number, stepsPerBucket: number, lastStep: number): number => {
  const first = Math.max(1, bucket * stepsPerBucket);
  return (first + Math.min(lastStep, (bucket + 1) * stepsPerBucket - 1)) / 2;
};

/** Buckets that hold at least one finite value. O(values).
 * @param values of steps 1, 2, …; NaN where a step has none */
export const thinned = (values: Float64Array, stepsPerBucket: number): ThinnedPoint[] => {
  const points: ThinnedPoint[] = [];
  const lastStep = values.length;
  for (let bucket = 0; bucket * stepsPerBucket <= lastStep; bucket++) {
    let [count, sum, min, max] = [0, 0, Infinity, -Infinity];
    const end = Math.min(lastStep, (bucket + 1) * stepsPerBucket - 1);
    for (let step = Math.max(1, bucket * stepsPerBucket); step <= end; step++) {
      const value = values[step - 1]!;
      if (!Number.isFinite(value)) continue;
      count++;
      sum += value;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    if (count > 0)
      points.push({ step: middleOf(bucket, stepsPerBucket, lastStep), mean: sum / count, min, max });
  }
  return points;
};

/** At most `most` of the items, evenly spread, first and last among them. */
export const evenly = <Item>(items: readonly Item[], most: number): Item[] =>
  items.length <= most
    ? [...items]
    : Array.from({ length: most }, (_, at) => items[Math.round((at * (items.length - 1)) / (most - 1))]!);
