/** @file Where the steps of a branch lie, kept in numbers: a long run has millions. */

/** Where a step's rows lie: bytes [start, end) of a segment, which are its rows [firstRow, firstRow + rows). */
export interface StepPlace {
  readonly step: number;
  readonly branch: number;
  readonly segment: number;
  readonly start: number;
  readonly end: number;
  readonly rows: number;
  /** CRC-32 of the bytes. */
  readonly data: number;
  /** Checksum of the step's journal line. */
  readonly crc: number;
  /** Rows of the segment before it. */
  readonly firstRow: number;
}

const fields = 7;

/** Places of a branch's steps, in order; 56 bytes a step instead of an object's 130. */
export class StepPlaces {
  #values = new Float64Array(64 * fields);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds the place of the next step. */
  push(place: Omit<StepPlace, "step" | "branch">): void {
    const at = this.#length * fields;
    if (at === this.#values.length) {
      const grown = new Float64Array(2 * at);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[at] = place.segment;
    this.#values[at + 1] = place.start;
    this.#values[at + 2] = place.end;
    this.#values[at + 3] = place.rows;
    this.#values[at + 4] = place.data;
    this.#values[at + 5] = place.crc;
    this.#values[at + 6] = place.firstRow;
    this.#length++;
  }

  /** The place at `index`, which is that of `step` of `branch`. */
  at(index: number, step: number, branch: number): StepPlace {
    const at = index * fields;
    return {
      step,
      branch,
      segment: this.#values[at]!,
      start: this.#values[at + 1]!,
      end: this.#values[at + 2]!,
      rows: this.#values[at + 3]!,
      data: this.#values[at + 4]!,
      crc: this.#values[at + 5]!,
      firstRow: this.#values[at + 6]!,
    };
  }
}
