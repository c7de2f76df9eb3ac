/** @file Half-precision numbers as float32; both conversions are exact. */

/** Element types that a float32 holds without loss. */
export type FloatType = "F32" | "F16" | "BF16";

/** Bits of the float32 that equals a float16 (IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits). */
const float32Bits = (half: number): number => {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13); // infinity, or not a number
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21; // a subnormal half is a normal float32
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
};

let halves: Uint32Array | undefined;
const tableOfHalves = (): Uint32Array =>
  (halves ??= Uint32Array.from({ length: 65_536 }, (_, half) => float32Bits(half)));

/**
 * The numbers of a tensor as float32.
 * @param bytes little-endian, in a buffer of their own
 * @returns for F32 the same memory. O(elements), the first F16 tensor 65,536 more.
 */
export const widen = (type: FloatType, bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> => {
  if (type === "F32") return new Float32Array(bytes.buffer);
  const narrow = new Uint16Array(bytes.buffer);
  const bits = new Uint32Array(narrow.length);
  if (type === "BF16") for (let at = 0; at < narrow.length; at++) bits[at] = narrow[at]! << 16;
  else {
    const table = tableOfHalves();
    for (let at = 0; at < narrow.length; at++) bits[at] = table[narrow[at]!]!;
  }
  return new Float32Array(bits.buffer);
};
