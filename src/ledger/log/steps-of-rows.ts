/** @file The step of every row of a segment, as the journal tells it: where steps are large, that is less work than to read and check it. */
import type { History } from "../journal/history.ts";
import type { Span } from "./log.ts";

/** Rows of a step from which on its number is written faster than read. */
const largeRows = 64;

/** Whether the steps of a span's segment are large on average. */
export const hasLargeSteps = (history: History, { segment }: Span): boolean => {
  const { rows, firstStep, lastStep } = history.segments.get(segment)!;
  return rows >= largeRows * (lastStep - firstStep + 1);
};

/** Writes steps row after row, from the first row of a span on. */
export class StepsOfRows {
  readonly #history: History;
  readonly #branch: number;
  #step: number;
  /** Rows of that step which are not written yet. */
  #left: number;
  #room = new Uint32Array(0);

  constructor(history: History, { branch, first }: Span) {
    this.#history = history;
    this.#branch = branch;
    this.#step = first;
    this.#left = history.place(branch, first).rows;
  }

  /** Steps of the next rows of the span; overwritten by the next call. O(rows). */
  take(rows: number): Uint32Array {
    if (rows > this.#room.length) this.#room = new Uint32Array(rows);
    for (let row = 0; row < rows;) {
      if (this.#left === 0) {
        this.#step++;
        this.#left = this.#history.place(this.#branch, this.#step).rows;
      }
      const end = Math.min(rows, row + this.#left);
      this.#room.fill(this.#step, row, end);
      this.#left -= end - row;
      row = end;
    }
    return this.#room.subarray(0, rows);
  }
}
