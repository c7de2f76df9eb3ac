/** @file Batches of past steps, to be filled again: memory that is new for every step costs a large one a sixth of its time. */
import { type StepBatch, createStepBatch } from "./observations.ts";

/** Batches that were filled, oldest step first. Memory: theirs; no more than were in use at once. */
export class BatchPool {
  #filled: { readonly step: number; readonly batch: StepBatch }[] = [];
  #freeThrough = 0;

  /** Says that nothing looks at the batches of steps ≤ `step` any more. */
  free(step: number): void {
    this.#freeThrough = Math.max(this.#freeThrough, step);
  }

  /** A batch to be filled: a free one, or a new one. Marks and targets are 0; of a free one, the other columns hold what they
   * held. O(rows). */
  take(rows: number): StepBatch {
    const oldest = this.#filled[0];
    if (oldest === undefined || oldest.step > this.#freeThrough) return createStepBatch(rows);
    const { columns } = oldest.batch;
    if (columns.size !== rows) {
      this.#filled = this.#filled.filter(({ step }) => step > this.#freeThrough);
      return createStepBatch(rows);
    }
    this.#filled.shift();
    columns.targets.fill(0);
    columns.trained.fill(0);
    return oldest.batch;
  }

  /** Takes in the batch of a step that was filled, and of none before it. */
  give(step: number, batch: StepBatch): void {
    this.#filled.push({ step, batch });
  }
}
