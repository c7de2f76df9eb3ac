import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { SamplerError, SourceError } from "../../src/errors.ts";
import type { SyntheticOptions } from "../../src/corpus/options.ts";
import { createSyntheticCorpus } from "../../src/corpus/synthetic.ts";

const options = { kind: "synthetic", instances: 10, heldOut: 5, blockRows: 4 } as const;
const ordinalsOf = (tokens: Uint32Array): number[] =>
  Array.from({ length: tokens.length / 2 }, (_, row) => tokens[2 * row]! + tokens[2 * row + 1]! * 2 ** 32);
const gathered = async (
  corpus: ReturnType<typeof createSyntheticCorpus>,
  shard: number[],
  row: number[],
): Promise<number[]> => {
  const target = new Uint32Array(row.length * 2).fill(99);
  await corpus.gather(Uint32Array.from(shard), Uint32Array.from(row), target);
  return ordinalsOf(target);
};

describe("a synthetic corpus", () => {
  const corpus = createSyntheticCorpus(options);

  it("has ranges of rows as blocks, training and held out apart", () => {
    const ranges = (refs: ReturnType<typeof corpus.blocksOf>) =>
      refs.map(({ shard, block, firstRow, rows, bytes }) => [shard, block, firstRow, rows, bytes]);
    expect(ranges(corpus.blocksOf(0))).toEqual([
      [0, 0, 0, 4, 32],
      [0, 1, 4, 4, 32],
      [0, 2, 8, 2, 16],
    ]);
    expect(ranges(corpus.heldOutBlocksOf(0))).toEqual([
      [1, 0, 0, 4, 32],
      [1, 1, 4, 1, 8],
    ]);
    expect([corpus.blocksOf(1), corpus.heldOutBlocksOf(1)]).toEqual([[], []]);
    expect([corpus.instances, corpus.bytesRead]).toEqual([15, 0]);
  });

  it("writes ordinals in slot order; those of held-out rows follow", async () => {
    expect(await gathered(corpus, [0, 0, 1, 1, 0], [9, 0, 0, 4, 0])).toEqual([9, 0, 10, 14, 0]);
    expect(corpus.ordinalOf(1, 4)).toBe(14);
  });

  it("writes ordinals past 32 bits as two words", async () => {
    const large = createSyntheticCorpus({ ...options, instances: 2 ** 32 - 1, blockRows: 2 ** 31 });
    const last = 2 ** 32 - 2;
    expect(await gathered(large, [0, 1, 1, 1], [last, 0, 1, 4])).toEqual([
      last,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 32 + 3,
    ]);
  });

  it("gives the same rows by blocks, one at a time or in a scan", async () => {
    const refs = [...corpus.heldOutBlocksOf(0), ...corpus.blocksOf(0)];
    const scanned: number[] = [];
    for await (const block of corpus.scan(refs)) {
      const bytes = new Uint8Array(block.rows * 8);
      for (let row = 0; row < block.rows; row++) block.copyRow(row, bytes, row * 8);
      scanned.push(...ordinalsOf(new Uint32Array(bytes.buffer)));
    }
    expect(scanned).toEqual([10, 11, 12, 13, 14, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect((await corpus.readBlock(refs[4]!)).rowAt(1)).toEqual(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0));
  });

  it("is its options: one fingerprint for the same, another for any other", () => {
    const fingerprint = (changes: Partial<SyntheticOptions>): string =>
      createSyntheticCorpus({ ...options, ...changes }).manifest.fingerprint;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (a, b) => {
        for (const key of ["instances", "heldOut"] as const)
          expect(fingerprint({ [key]: a }) === fingerprint({ [key]: b })).toBe(a === b);
      }),
      { numRuns: 30 },
    );
    expect(fingerprint({ blockRows: 3 })).not.toBe(fingerprint({}));
  });

  it("refuses rows that it does not have, and room of another shape", async () => {
    await expect(gathered(corpus, [0], [10])).rejects.toThrow("row of a draw must be below 10, got 10");
    await expect(gathered(corpus, [2], [0])).rejects.toThrow(SamplerError);
    await expect(corpus.gather(Uint32Array.of(0), Uint32Array.of(0), new Uint16Array(2))).rejects.toThrow(
      "room for 1 rows must be uint32[2], got uint16[2]",
    );
  });

  it("heeds a signal, as a corpus on disk does", async () => {
    const ref = corpus.blocksOf(0)[1]!;
    await expect(corpus.readBlock(ref, AbortSignal.abort())).rejects.toThrow(
      new SourceError("the read was aborted", { uri: "training", block: 1 }).message,
    );
  });
});
