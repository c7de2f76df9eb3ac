/** @file How often each word occurs: what byte-pair training sees of a text. */
import { wordEnd } from "./pre-split.ts";
import { WordTable } from "./word-table.ts";

/** Counts as plain columns, to be posted between threads: word i is `bytes[ends[i - 1] … ends[i])`, seen `counts[i]` times. */
export interface PackedCounts {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
  readonly counts: Float64Array<ArrayBuffer>;
}

/** Sums word counts over documents and over threads; sums do not depend on the order. */
export class WordCounts {
  readonly #words = new WordTable();
  #counts = new Float64Array(1024);

  /** Distinct words. */
  get size(): number {
    return this.#words.size;
  }

  /** Counts the words of the document at [start, end). O(end − start). */
  addDocument(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end;) {
      const next = wordEnd(bytes, at, end);
      this.#add(bytes, at, next, 1);
      at = next;
    }
  }

  /** Adds what another thread counted. */
  addPacked(packed: PackedCounts): void {
    let start = 0;
    for (const [index, end] of packed.ends.entries()) {
      this.#add(packed.bytes, start, end, packed.counts[index]!);
      start = end;
    }
  }

  /** A copy as plain columns. O(bytes of distinct words). */
  pack(): PackedCounts {
    const bytes = new Uint8Array(this.#words.byteLength);
    const ends = new Uint32Array(this.size);
    for (let word = 0, end = 0; word < this.size; word++) {
      const view = this.#words.wordAt(word);
      bytes.set(view, end);
      ends[word] = end += view.length;
    }
    return { bytes, ends, counts: this.#counts.slice(0, this.size) };
  }

  #add(bytes: Uint8Array, start: number, end: number, count: number): void {
    const word = this.#words.intern(bytes, start, end);
    if (word >= this.#counts.length) {
      const wider = new Float64Array(2 * this.#counts.length);
      wider.set(this.#counts);
      this.#counts = wider;
    }
    this.#counts[word]! += count;
  }
}
