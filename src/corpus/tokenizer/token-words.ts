/** @file Words as sequences of tokens, in which training joins one pair after another. */
import type { PairCounts } from "./pair-counts.ts";
import type { PackedCounts } from "./word-counts.ts";

/** Distinct words, shortened in place as pairs are joined; keeps {@link PairCounts} current. */
export class TokenWords {
  readonly #tokens: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #counts: Float64Array;
  readonly #pairs: PairCounts;

  /** Starts from single bytes and counts their pairs into `pairs`. O(bytes). */
  constructor(words: PackedCounts, pairs: PairCounts) {
    this.#tokens = Uint32Array.from(words.bytes);
    this.#starts = new Uint32Array(words.ends.length);
    this.#starts.set(words.ends.subarray(0, -1), 1);
    this.#lengths = words.ends.map((end, word) => end - this.#starts[word]!);
    this.#counts = words.counts;
    this.#pairs = pairs;
    for (let word = 0; word < this.#starts.length; word++) this.#countPairs(word, 1);
  }

  /** Joins the pair wherever the word has it, leftmost first; then visits the pairs that touch the joined token. O(word). */
  join(
    word: number,
    left: number,
    right: number,
    joined: number,
    visit: (left: number, right: number) => void,
  ): void {
    const start = this.#starts[word]!;
    const end = start + this.#lengths[word]!;
    const tokens = this.#tokens;
    let at = start;
    while (at + 1 < end && (tokens[at] !== left || tokens[at + 1] !== right)) at++;
    if (at + 1 >= end) return;
    this.#countPairs(word, -1);
    let kept = at;
    while (at < end) {
      const isPair = at + 1 < end && tokens[at] === left && tokens[at + 1] === right;
      tokens[kept++] = isPair ? joined : tokens[at]!;
      at += isPair ? 2 : 1;
    }
    this.#lengths[word] = kept - start;
    this.#countPairs(word, 1);
    for (let next = start + 1; next < kept; next++)
      if (tokens[next - 1] === joined || tokens[next] === joined) visit(tokens[next - 1]!, tokens[next]!);
  }

  #countPairs(word: number, sign: 1 | -1): void {
    const start = this.#starts[word]!;
    const end = start + this.#lengths[word]!;
    const count = sign * this.#counts[word]!;
    for (let at = start + 1; at < end; at++)
      this.#pairs.add(this.#tokens[at - 1]!, this.#tokens[at]!, count, word);
  }
}
