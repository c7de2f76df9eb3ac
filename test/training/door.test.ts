import { describe, expect, it } from "vitest";

import { createDraws } from "../../src/draws.ts";
import { EngineError, SamplerError, ShardError } from "../../src/errors.ts";
import {
  batchRows,
  checkLosses,
  checkShape,
  checkTokens,
  coverRows,
  plainRows,
} from "../../src/training/door.ts";

const draws = createDraws(2);
draws.shard.set([3, 4]);
draws.row.set([17, 99]);
const batch = { step: 12, size: 2, seqLen: 3, tokens: Uint16Array.of(1, 2, 3, 4, 5, 6), draws };
const thrownBy = (act: () => void): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("tokens at the door", () => {
  it("pass below the vocabulary's size", () => {
    expect(thrownBy(() => checkTokens(batch.tokens, 3, 7, batchRows(batch)))).toBeUndefined();
  });

  it("at it are refused with their row and place", () => {
    const error = thrownBy(() => checkTokens(batch.tokens, 3, 5, batchRows(batch)));
    expect(error).toBeInstanceOf(ShardError);
    expect(error).toMatchObject({
      message:
        "token 1 of batch row 1, shard 4 must be below the vocabulary's size 5, got 5 (row 99, step 12)",
      hint: "the shards were made with another tokenizer than the manifest names; prepare the corpus again",
    });
    expect(thrownBy(() => checkTokens(batch.tokens, 3, 2, plainRows))).toMatchObject({
      message: "token 1 of row 0 must be below the vocabulary's size 2, got 2 (row 0)",
    });
  });
});

describe("a batch's shape", () => {
  it("is refused when the programs were made for another", () => {
    expect(thrownBy(() => checkShape(batch, { size: 2, seqLen: 3 }))).toBeUndefined();
    const error = thrownBy(() => checkShape(batch, { size: 4, seqLen: 3 }));
    expect(error).toBeInstanceOf(SamplerError);
    expect(error).toMatchObject({
      message: "batch must be 4 rows of 3 tokens, got 2 rows of 3 tokens, 6 in all (step 12)",
    });
    const short = { ...batch, tokens: batch.tokens.subarray(1) };
    expect(thrownBy(() => checkShape(short, { size: 2, seqLen: 3 }))).toBeInstanceOf(SamplerError);
  });
});

describe("losses at the door", () => {
  it.each([NaN, Infinity, -Infinity])("%s is refused with its row and step", (bad) => {
    const error = thrownBy(() => checkLosses(Float32Array.of(1, bad), batchRows(batch)));
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({
      message: `loss of batch row 1, shard 4 must be finite, got ${bad} (row 99, step 12)`,
      hint: "nothing was updated; start a new run with a smaller training.learningRate or training.clipNorm",
    });
  });

  it("pass when finite", () => {
    expect(thrownBy(() => checkLosses(Float32Array.of(1, 0), plainRows))).toBeUndefined();
  });

  it("that are not finite can be covered by a sound row", () => {
    const tokens = batch.tokens.slice();
    coverRows(tokens, 3, Float32Array.of(NaN, 2));
    expect([...tokens]).toEqual([4, 5, 6, 4, 5, 6]);
    coverRows(tokens, 3, Float32Array.of(NaN, NaN));
    expect([...tokens]).toEqual([4, 5, 6, 4, 5, 6]);
  });
});
