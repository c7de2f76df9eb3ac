/** @file A number for a row's tokens: equal rows have equal numbers, other rows hardly ever. */

/** Rows of one length, hashed to integers in [0, 2⁵³), which a float64 holds: two 32-bit multiply-and-rotate lanes over words of
 * two (uint16) or one (uint32) tokens, mixed at the end by MurmurHash3's fmix32 (public domain, Appleby). Not for adversaries.
 * @returns the hash of a row of `rowBytes` bytes; O(rowBytes), about 1 ns a byte */
export const createRowHash = (rowBytes: number): ((row: Uint8Array) => number) => {
  // A row's view may begin at any byte: it is copied to where words are aligned, and padded with zeros.
  const bytes = new Uint8Array(4 * Math.ceil(rowBytes / 4));
  const words = new Int32Array(bytes.buffer);
  return (row) => {
    bytes.set(row);
    let a = 0x243f6a88;
    let b = 0x13198a2e;
    for (const word of words) {
      a = Math.imul(a ^ word, 0x9e3779b1);
      a = (a << 13) | (a >>> 19);
      b = Math.imul(b + word, 0x85ebca6b);
      b = (b << 17) | (b >>> 15);
    }
    return (mix(a ^ Math.imul(b, 5)) >>> 11) * 2 ** 32 + (mix(b) >>> 0);
  };
};

const mix = (value: number): number => {
  let x = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
};
