/** @file Pairs of tokens as numbers: training counts by them, encoding ranks by them. */

/** Numbers distinct pairs 0, 1, 2 … in order of first sight. Open addressing, linear probing, at most half full. */
export class PairTable {
  /** Distinct pairs so far. */
  size = 0;
  #slots: Uint32Array;
  #lefts: Uint32Array;
  #rights: Uint32Array;

  /** @param capacity pairs expected; more are fine */
  constructor(capacity = 1024) {
    const slots = 2 ** Math.ceil(Math.log2(2 * capacity + 2));
    this.#slots = new Uint32Array(slots);
    this.#lefts = new Uint32Array(slots / 2);
    this.#rights = new Uint32Array(slots / 2);
  }

  /** The pair's number, or −1 for a pair never interned. O(1). */
  find(left: number, right: number): number {
    return this.#slots[this.#slotOf(left, right)]! - 1;
  }

  /** The pair's number; a new pair gets the number `size` had. O(1) amortised. */
  intern(left: number, right: number): number {
    const slot = this.#slotOf(left, right);
    const known = this.#slots[slot]! - 1;
    if (known >= 0) return known;
    const pair = this.size++;
    this.#lefts[pair] = left;
    this.#rights[pair] = right;
    this.#slots[slot] = pair + 1;
    if (this.size === this.#lefts.length) this.#grow();
    return pair;
  }

  /** Left token of pair number `pair`. */
  leftOf(pair: number): number {
    return this.#lefts[pair]!;
  }

  /** Right token of pair number `pair`. */
  rightOf(pair: number): number {
    return this.#rights[pair]!;
  }

  #slotOf(left: number, right: number): number {
    const mask = this.#slots.length - 1;
    let slot = Math.imul(Math.imul(left, 0x9e3779b1) ^ right, 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const pair = this.#slots[slot]! - 1;
      if (pair < 0 || (this.#lefts[pair] === left && this.#rights[pair] === right)) return slot;
    }
  }

  #grow(): void {
    const lefts = this.#lefts;
    const rights = this.#rights;
    this.#slots = new Uint32Array(2 * this.#slots.length);
    this.#lefts = new Uint32Array(2 * this.size);
    this.#rights = new Uint32Array(2 * this.size);
    this.#lefts.set(lefts);
    this.#rights.set(rights);
    for (let pair = 0; pair < this.size; pair++)
      this.#slots[this.#slotOf(lefts[pair]!, rights[pair]!)] = pair + 1;
  }
}
