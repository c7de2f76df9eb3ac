/** @file Buffers used again: a fresh one costs a page fault every 4 KiB, which is more than reading into it. */

/** Keeps a few buffers for the next who asks. */
export interface BufferPool {
  /** A buffer of at least `byteLength` bytes, its content arbitrary. */
  take(byteLength: number): Uint8Array;
  /** Gives a buffer up; nothing may look at it any more. */
  give(buffer: Uint8Array): void;
}

const spareBuffers = 4;
/** Buffers are made in these steps, so that blocks of nearly the same size can share them. */
const bufferStep = 2 ** 12;

/** An empty pool; it keeps at most four buffers, and gives one out for at least half its size. */
export const createBufferPool = (): BufferPool => {
  const spare: Uint8Array[] = [];
  return {
    take(byteLength) {
      const fits = (buffer: Uint8Array): boolean =>
        buffer.byteLength >= byteLength && buffer.byteLength <= 2 * byteLength + bufferStep;
      const index = spare.findIndex(fits);
      if (index >= 0) return spare.splice(index, 1)[0]!;
      return new Uint8Array(Math.ceil(byteLength / bufferStep) * bufferStep);
    },
    give(buffer) {
      spare.push(buffer);
      if (spare.length > spareBuffers) spare.shift();
    },
  };
};
