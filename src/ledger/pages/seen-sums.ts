/** @file Sums over seen rows whose value no order of adding, taking back or rebuilding can change: integers of 2⁻²⁰. */
import type { Page } from "./page.ts";
import { excessOf } from "../reference/reference-excess.ts";

/** Column of a page that scores are made from. */
export type Statistic = "lastLoss" | "emaLoss";

/** Mean of a statistic, or of its excess over a reference, over the rows that have one, each weighted with base/probability of its last visit. */
export interface SeenMean {
  /** Rows that have one. */
  readonly seen: number;
  /** Nats per token; NaN when there are none. */
  readonly mean: number;
}

const unit = 2 ** 20;
/** Terms are cut at ±2³², which no loss in nats reaches; so a term has at most 52 bits. */
const largest = 2 ** 32;

/** A value as it enters the sums: rounded to a multiple of 2⁻²⁰, half up. floor(x + ½) is what Math.round gives but for
 * x = ½ − 2⁻⁵⁴, which no product of two float32 is, in a third of its time. */
export const termOf = (value: number): number =>
  Math.floor((value > largest ? largest : value < -largest ? -largest : value) * unit + 0.5) / unit;

/** Weight of a row in the sums, from base/probability of its last visit. */
export const weightOf = (correction: number): number => Math.max(correction, 1 / unit);

/** A sum of integers below 2⁵³, exact at any size. */
export class ExactSum {
  #low = 0;
  #high = 0n;

  /** @param text what {@link toString} gave */
  constructor(text = "0") {
    this.#high = BigInt(text);
  }

  /** @param integer within ±2⁵³ */
  add(integer: number): void {
    const isLarge = Math.abs(integer) >= 2 ** 52;
    if (!isLarge) this.#low += integer;
    if (isLarge || Math.abs(this.#low) >= 2 ** 52) this.#carry(isLarge ? integer : 0);
  }

  #carry(integer: number): void {
    this.#high += BigInt(this.#low) + BigInt(integer);
    this.#low = 0;
  }

  /** Nearest float64. */
  toNumber(): number {
    return this.#high === 0n ? this.#low : Number(this.#high + BigInt(this.#low));
  }

  toString(): string {
    return String(this.#high + BigInt(this.#low));
  }
}

/** {@link SeenSums} as plain data. */
export interface SavedSums {
  readonly seen: number;
  /** Decimal integers, as are the two below. */
  readonly weight: string;
  readonly lastLoss: string;
  readonly emaLoss: string;
}

/** Σc and Σc·statistic over seen rows, c = max(2⁻²⁰, base/probability of the row's last visit). */
export class SeenSums {
  seen: number;
  readonly #weight: ExactSum;
  readonly #lastLoss: ExactSum;
  readonly #emaLoss: ExactSum;

  constructor(saved?: SavedSums) {
    this.seen = saved?.seen ?? 0;
    this.#weight = new ExactSum(saved?.weight);
    this.#lastLoss = new ExactSum(saved?.lastLoss);
    this.#emaLoss = new ExactSum(saved?.emaLoss);
  }

  /** Adds a row's terms (sign 1) or takes them back (−1); a row never seen has none.
   * @param reference shape [rows], to sum the excess over it; a row for which it is NaN has none, either */
  include(page: Page, row: number, sign: 1 | -1, reference?: Float32Array): void {
    if (page.visits[row] === 0) return;
    let last = page.lastLoss[row]!;
    let ema = page.emaLoss[row]!;
    if (reference !== undefined) {
      const loss = reference[row]!;
      if (Number.isNaN(loss)) return;
      last = excessOf(last, loss);
      ema = excessOf(ema, loss);
    }
    const weight = weightOf(page.correction[row]!);
    this.add(sign, sign * termOf(weight), sign * termOf(weight * last), sign * termOf(weight * ema));
  }

  /** Adds to the sums: so many rows, and multiples of 2⁻²⁰ within ±2³³. */
  add(seen: number, weight: number, lastLoss: number, emaLoss: number): void {
    this.seen += seen;
    this.#weight.add(weight * unit);
    this.#lastLoss.add(lastLoss * unit);
    this.#emaLoss.add(emaLoss * unit);
  }

  meanOf(statistic: Statistic): SeenMean {
    const sum = statistic === "lastLoss" ? this.#lastLoss : this.#emaLoss;
    return { seen: this.seen, mean: this.seen === 0 ? Number.NaN : sum.toNumber() / this.#weight.toNumber() };
  }

  save(): SavedSums {
    return {
      seen: this.seen,
      weight: this.#weight.toString(),
      lastLoss: this.#lastLoss.toString(),
      emaLoss: this.#emaLoss.toString(),
    };
  }
}
