/** @file The first few of many in an order, without sorting the rest. */

/** The `most` smallest of the numbers 0 … size − 1 that are wanted, smallest first: a heap of at most `most`, its largest on top.
 * @param compare a total order, as `Array.sort` takes it: no two numbers alike, so that the choice is one
 * @returns fewer where fewer are wanted. O(size · log most); memory: `most` numbers. */
export const smallestOf = (
  size: number,
  most: number,
  isWanted: (at: number) => boolean,
  compare: (a: number, b: number) => number,
): number[] => {
  const heap: number[] = [];
  for (let at = 0; at < size; at++) {
    if (!isWanted(at)) continue;
    if (heap.length < most) {
      heap.push(at);
      rise(heap, compare);
    } else if (most > 0 && compare(at, heap[0]!) < 0) {
      heap[0] = at;
      sink(heap, compare);
    }
  }
  return heap.sort(compare);
};

/** Moves the last element up to its place. */
const rise = (heap: number[], compare: (a: number, b: number) => number): void => {
  for (let child = heap.length - 1; child > 0;) {
    const parent = (child - 1) >> 1;
    if (compare(heap[child]!, heap[parent]!) <= 0) return;
    [heap[child], heap[parent]] = [heap[parent]!, heap[child]!];
    child = parent;
  }
};

/** Moves the first element down to its place. */
const sink = (heap: number[], compare: (a: number, b: number) => number): void => {
  for (let parent = 0; ;) {
    const left = 2 * parent + 1;
    if (left >= heap.length) return;
    const right = left + 1;
    const child = right < heap.length && compare(heap[right]!, heap[left]!) > 0 ? right : left;
    if (compare(heap[child]!, heap[parent]!) <= 0) return;
    [heap[child], heap[parent]] = [heap[parent]!, heap[child]!];
    parent = child;
  }
};
