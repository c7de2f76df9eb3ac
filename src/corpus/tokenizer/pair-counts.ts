/** @file How often each pair of tokens stands side by side, and in which words. */
import { PairTable } from "./pair-table.ts";

/** Occurrences of pairs over all words, each weighted by its word's count. */
export class PairCounts {
  readonly #pairs = new PairTable(4096);
  readonly #counts: number[] = [];
  readonly #words: number[][] = [];

  /** Occurrences now; 0 for a pair never seen. O(1). */
  count(left: number, right: number): number {
    return this.#counts[this.#pairs.find(left, right)] ?? 0;
  }

  /** Adds `count` (negative to take away) for one occurrence in `word`. O(1) amortised. */
  add(left: number, right: number, count: number, word: number): void {
    const pair = this.#pairs.intern(left, right);
    if (pair === this.#counts.length) {
      this.#counts.push(0);
      this.#words.push([]);
    }
    this.#counts[pair]! += count;
    const words = this.#words[pair]!;
    if (count > 0 && words.at(-1) !== word) words.push(word);
  }

  /** Words that have or once had the pair, some twice; they are forgotten here, as the caller joins the pair in all of them. */
  takeWords(left: number, right: number): readonly number[] {
    const pair = this.#pairs.find(left, right);
    const words = this.#words[pair] ?? [];
    if (pair >= 0) this.#words[pair] = [];
    return words;
  }

  /** Visits every pair ever seen. */
  forEach(visit: (left: number, right: number, count: number) => void): void {
    for (const [pair, count] of this.#counts.entries())
      visit(this.#pairs.leftOf(pair), this.#pairs.rightOf(pair), count);
  }
}
