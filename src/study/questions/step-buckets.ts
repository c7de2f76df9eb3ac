/** @file Numbers by bucket of steps, for as many buckets as the steps need. */

/** Slots [start, end) whose steps lie in one bucket. */
export interface BucketRun {
  readonly start: number;
  readonly end: number;
  readonly bucket: number;
}

/** First of the slots [start, size) whose step is ≥ `limit`, by bisection of ascending steps. */
const slotOf = (step: Uint32Array, start: number, size: number, limit: number): number => {
  let low = start;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (step[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** `width` float64 cells a bucket; bucket b holds the steps in [b · stepsPerBucket, (b + 1) · stepsPerBucket). */
export class StepBuckets {
  /** Buckets so far: one more than the last that was asked for. */
  buckets = 0;
  readonly #width: number;
  readonly #stepsPerBucket: number;
  #cells: Float64Array = new Float64Array(0);

  constructor(width: number, stepsPerBucket: number) {
    this.#width = width;
    this.#stepsPerBucket = stepsPerBucket;
  }

  /** Cuts rows where their bucket changes. O(buckets · log rows).
   * @param step ascending */
  *runsOf(step: Uint32Array, size: number): Generator<BucketRun> {
    for (let start = 0; start < size;) {
      const bucket = Math.floor(step[start]! / this.#stepsPerBucket);
      const limit = (bucket + 1) * this.#stepsPerBucket;
      const end = step[size - 1]! < limit ? size : slotOf(step, start + 1, size, limit);
      yield { start, end, bucket };
      start = end;
    }
  }

  /** The cells, shape [≥ bucket + 1, width]; valid until the next call. Amortised O(1). */
  upTo(bucket: number): Float64Array {
    this.buckets = Math.max(this.buckets, bucket + 1);
    const needed = this.buckets * this.#width;
    if (needed > this.#cells.length) {
      const grown = new Float64Array(Math.max(needed, 2 * this.#cells.length));
      grown.set(this.#cells);
      this.#cells = grown;
    }
    return this.#cells;
  }

  /** A copy of the cells so far, shape [buckets, width]. */
  values(): Float64Array {
    return this.#cells.slice(0, this.buckets * this.#width);
  }
}
