/** @file Sums over seen rows whose value no order of adding, taking back or rebuilding can change: integers of 2⁻²⁰. */
import type { Page } from "./page.ts";
import { excessOf } from "./reference-excess.ts";

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
const integerOf = (value: number): number => Math.round(Math.max(-largest, Math.min(largest, value)) * unit);

/** A sum of integers below 2⁵³, exact at any size. */
export class ExactSum {
  #low = 0;
  #high = 0n;

  /** @param text what {@link toString} gave */
  constructor(text = "0") {
    this.#high = BigInt(text);
  }

  /** @param integer within ±2⁵² */
  add(integer: number): void {
    this.#low += integer;
    if (Math.abs(this.#low) >= 2 ** 52) {
      this.#high += BigInt(this.#low);
      this.#low = 0;
    }
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
    if (page.visits[row] === 0 || (reference !== undefined && Number.isNaN(reference[row]))) return;
    const valueOf = (loss: number): number => (reference ? excessOf(loss, reference[row]!) : loss);
    const correction = Math.max(page.correction[row]!, 1 / unit);
    this.seen += sign;
    this.#weight.add(sign * integerOf(correction));
    this.#lastLoss.add(sign * integerOf(correction * valueOf(page.lastLoss[row]!)));
    this.#emaLoss.add(sign * integerOf(correction * valueOf(page.emaLoss[row]!)));
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
