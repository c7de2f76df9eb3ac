/** @file Words as numbers: a hash table over byte strings that never makes a string. */

const grown = (column: Uint32Array, length: number): Uint32Array<ArrayBuffer> => {
  const wider = new Uint32Array(Math.max(length, 2 * column.length));
  wider.set(column);
  return wider;
};

/** Numbers distinct byte strings 0, 1, 2 … in order of first sight. Open addressing, linear probing, at most half full. */
export class WordTable {
  /** Distinct words so far. */
  size = 0;
  #slots = new Uint32Array(2048);
  #hashes = new Uint32Array(1024);
  #starts = new Uint32Array(1025);
  #bytes = new Uint8Array(8192);

  /** Bytes of all words, one after the other. */
  get byteLength(): number {
    return this.#starts[this.size]!;
  }

  /** The word's number; a word never seen before gets the number `size` had. O(word).
   * @param source bytes that hold the word at [start, end) */
  intern(source: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ source[at]!, 0x01000193);
    hash = (hash ^ (hash >>> 15)) >>> 0;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const word = this.#slots[slot]! - 1;
      if (this.#hashes[word] === hash && this.#holds(word, source, start, end)) return word;
    }
    return this.#add(hash, slot, source.subarray(start, end));
  }

  /** A view of a word's bytes, valid until the next {@link WordTable.intern}. */
  wordAt(word: number): Uint8Array {
    return this.#bytes.subarray(this.#starts[word], this.#starts[word + 1]);
  }

  #holds(word: number, source: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[word]!;
    if (this.#starts[word + 1]! - from !== end - start) return false;
    for (let at = start; at < end; at++) if (this.#bytes[from + at - start] !== source[at]) return false;
    return true;
  }

  #add(hash: number, slot: number, bytes: Uint8Array): number {
    const word = this.size++;
    const start = this.#starts[word]!;
    const end = start + bytes.length;
    if (this.size === this.#hashes.length) {
      this.#hashes = grown(this.#hashes, 2 * this.size);
      this.#starts = grown(this.#starts, 2 * this.size + 1);
    }
    if (end > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    this.#hashes[word] = hash;
    this.#starts[word + 1] = end;
    this.#bytes.set(bytes, start);
    this.#slots[slot] = word + 1;
    if (2 * this.size > this.#slots.length) this.#rehash();
    return word;
  }

  #rehash(): void {
    const mask = 2 * this.#slots.length - 1;
    this.#slots = new Uint32Array(mask + 1);
    for (let word = 0; word < this.size; word++) {
      let slot = this.#hashes[word]! & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = word + 1;
    }
  }
}
