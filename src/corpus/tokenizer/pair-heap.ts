/** @file A binary heap of number pairs; the order in which byte pairs merge, in training and in encoding. */

/** Min-heap of (priority, value), ordered by priority, then by value: equal priorities have one defined order. */
export class PairHeap {
  size = 0;
  #priorities = new Float64Array(64);
  #values = new Float64Array(64);

  /** O(log size). */
  push(priority: number, value: number): void {
    if (this.size === this.#values.length) this.#grow();
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(priority, value, parent)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#priorities[at] = priority;
    this.#values[at] = value;
  }

  /** Priority of the least entry; NaN when empty. */
  get leastPriority(): number {
    return this.size === 0 ? Number.NaN : this.#priorities[0]!;
  }

  /** Removes the least entry and returns its value; the heap must not be empty. O(log size). */
  pop(): number {
    const least = this.#values[0]!;
    const priority = this.#priorities[--this.size]!;
    const value = this.#values[this.size]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      const right = child + 1;
      if (right < this.size && this.#isBefore(this.#priorities[right]!, this.#values[right]!, child))
        child = right;
      if (this.#isBefore(priority, value, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#priorities[at] = priority;
    this.#values[at] = value;
    return least;
  }

  #isBefore(priority: number, value: number, at: number): boolean {
    const other = this.#priorities[at]!;
    return priority < other || (priority === other && value < this.#values[at]!);
  }

  #move(from: number, to: number): void {
    this.#priorities[to] = this.#priorities[from]!;
    this.#values[to] = this.#values[from]!;
  }

  #grow(): void {
    const priorities = new Float64Array(2 * this.size);
    const values = new Float64Array(2 * this.size);
    priorities.set(this.#priorities);
    values.set(this.#values);
    this.#priorities = priorities;
    this.#values = values;
  }
}
