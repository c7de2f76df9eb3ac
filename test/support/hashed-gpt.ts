/** @file Numbers that PyTorch's fixtures were made of: a hash of name and place, the same here and in test/interop/torch_fixtures.py. */
import type { Parameter } from "../../src/training/gpt-parameters.ts";

/** Values in [-1/2, 1/2), multiples of 2^-24: lowbias32 of the place plus FNV-1a of the name. */
export const hashed = (name: string, count: number): Float64Array => {
  let salt = 0x811c9dc5;
  for (const byte of Buffer.from(name)) salt = Math.imul(salt ^ byte, 0x01000193);
  return Float64Array.from({ length: count }, (_, place) => {
    let x = (place + salt) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    x ^= x >>> 16;
    return (x >>> 8) / 2 ** 24 - 0.5;
  });
};

/** Values of a parameter; gains of layer norms lie about 1. */
export const hashedParameter = ({ name, shape }: Pick<Parameter, "name" | "shape">): Float32Array => {
  const size = shape.reduce((product, length) => product * length, 1);
  const centre = shape.length === 1 && name.endsWith("weight") ? 1 : 0;
  return Float32Array.from(hashed(name, size), (value) => value * 0.25 + centre);
};

/** Tokens in [0, vocabulary), row-major. */
export const hashedTokens = (count: number, vocabulary: number): Uint16Array =>
  Uint16Array.from(hashed("tokens", count), (value) => Math.floor((value + 0.5) * vocabulary));

/** Weights in [0.1, 1.1). */
export const hashedWeights = (count: number): Float32Array =>
  Float32Array.from(hashed("weights", count), (value) => value + 0.6);
