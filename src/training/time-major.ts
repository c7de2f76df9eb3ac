/** @file Turns a batch's tokens into the order that programs take them in. */
import type { Tokens } from "./trainer.ts";

/**
 * Transposes tokens to int32.
 * @param tokens shape [n, seqLen] row-major, n at most `rows`; rows that are not there are zeros
 * @returns shape [seqLen, rows]
 */
export const timeMajor = (tokens: Tokens, rows: number, seqLen: number): Int32Array => {
  const transposed = new Int32Array(rows * seqLen);
  for (let row = 0; row * seqLen < tokens.length; row++)
    for (let time = 0; time < seqLen; time++) transposed[time * rows + row] = tokens[row * seqLen + time]!;
  return transposed;
};
