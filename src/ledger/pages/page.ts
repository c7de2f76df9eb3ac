/** @file State of a block's instances: what each of its rows has cost, as columns of one buffer. */

/** Words of 4 bytes a row. */
export const pageWords = 7;

/** Number of each column, in the order in which they are stored: column c of a page begins at word c · rows. */
export const pageColumns = {
  visits: 0,
  lastStep: 1,
  lastLoss: 2,
  previousLoss: 3,
  emaLoss: 4,
  minLoss: 5,
  correction: 6,
} as const;

/** A block's rows, from its first one. Floats of a row never seen are NaN. */
export class Page {
  readonly rows: number;
  /** All columns, one behind the other, as they are stored (little-endian). */
  readonly words: Uint32Array<ArrayBuffer>;
  /** The same bytes as float32. */
  readonly floats: Float32Array<ArrayBuffer>;
  readonly visits: Uint32Array;
  readonly lastStep: Uint32Array;
  /** Nats per token, as are the three below. */
  readonly lastLoss: Float32Array;
  /** Loss of the visit before the last; NaN before the second. */
  readonly previousLoss: Float32Array;
  readonly emaLoss: Float32Array;
  readonly minLoss: Float32Array;
  /** base/probability of the last visit: its weight in means over seen rows. */
  readonly correction: Float32Array;

  /** @param words shape [7 · rows] as stored; a page that nothing has visited when left out */
  constructor(rows: number, words?: Uint32Array<ArrayBuffer>) {
    this.rows = rows;
    this.words = words ?? new Uint32Array(pageWords * rows);
    this.floats = new Float32Array(this.words.buffer, this.words.byteOffset, pageWords * rows);
    const floats = (column: number): Float32Array => this.floats.subarray(column * rows, (column + 1) * rows);
    this.visits = this.words.subarray(0, rows);
    this.lastStep = this.words.subarray(rows, 2 * rows);
    this.lastLoss = floats(pageColumns.lastLoss);
    this.previousLoss = floats(pageColumns.previousLoss);
    this.emaLoss = floats(pageColumns.emaLoss);
    this.minLoss = floats(pageColumns.minLoss);
    this.correction = floats(pageColumns.correction);
    if (words === undefined)
      for (const column of [this.lastLoss, this.previousLoss, this.emaLoss, this.minLoss, this.correction])
        column.fill(Number.NaN);
  }

  /** Bytes as stored, not copied. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.words.buffer, this.words.byteOffset, this.words.byteLength);
  }

  /** One visit: emaLoss is the first loss, then ema += alpha·(loss − ema), in float64 rounded to float32.
   * @param loss finite
   * @param correction base/probability of the draw */
  visit(row: number, step: number, loss: number, correction: number, alpha: number): void {
    const isFirst = this.visits[row] === 0;
    const ema = this.emaLoss[row]!;
    this.previousLoss[row] = this.lastLoss[row]!;
    this.lastLoss[row] = loss;
    this.emaLoss[row] = isFirst ? loss : ema + alpha * (loss - ema);
    this.minLoss[row] = isFirst ? loss : Math.min(this.minLoss[row]!, loss);
    this.correction[row] = correction;
    this.lastStep[row] = step;
    this.visits[row]! += 1;
  }

  /** Copies a row's 7 words out, bit for bit. */
  takeRow(row: number, target: Uint32Array, at: number): void {
    for (let column = 0; column < pageWords; column++)
      target[at + column] = this.words[column * this.rows + row]!;
  }

  /** Puts back what {@link takeRow} took. */
  putRow(row: number, source: Uint32Array, at: number): void {
    for (let column = 0; column < pageWords; column++)
      this.words[column * this.rows + row] = source[at + column]!;
  }
}
