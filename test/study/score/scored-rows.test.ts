import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type Manifest, createManifest } from "../../../src/corpus/manifest.ts";
import type { Draws } from "../../../src/draws.ts";
import { scoredRows } from "../../../src/study/score/scored-rows.ts";

interface ShardPlan {
  readonly domain: number;
  readonly blocks: readonly { readonly rows: number; readonly heldOut: boolean }[];
}

const manifestOf = (plans: readonly ShardPlan[]): Manifest =>
  createManifest({
    seqLen: 4,
    tokenDtype: "uint16",
    tokenizer: { kind: "bytes", name: "t", hash: "0", vocabSize: 257, uri: "t.json", endOfText: 256 },
    maxBlockBytes: 1024,
    domains: [0, 1, 2].map((name) => ({
      name: String(name),
      documents: 1,
      tokens: 1,
      bytes: 1,
      heldOutTokens: 1,
      heldOutBytes: 1,
    })),
    shards: plans.map(({ domain, blocks }, shard) => ({
      uri: String(shard),
      domain,
      rows: blocks.reduce((sum, { rows }) => sum + rows, 0),
      bytes: 1,
      footerHash: "0",
      blocks: blocks.map(({ rows }) => ({ rows, crc32: null })),
    })),
    heldOut: plans.flatMap(({ blocks }, shard) =>
      blocks.flatMap(({ heldOut }, block) => (heldOut ? [{ shard, block }] : [])),
    ),
  });

/** Names of a kind's rows in the order of the corpus. */
const rowsOf = (plans: readonly ShardPlan[], kind: boolean): string[] =>
  plans.flatMap(({ domain, blocks }, shard) => {
    const rows = blocks.flatMap(({ rows: count, heldOut }) => Array.from({ length: count }, () => heldOut));
    return rows.flatMap((heldOut, row) => (heldOut === kind ? [`${shard}:${row} of ${domain}`] : []));
  });

const namesIn = ({ size, shard, row, domain }: Draws): string[] =>
  Array.from({ length: size }, (_, slot) => `${shard[slot]}:${row[slot]} of ${domain[slot]}`);

const corpora = fc.array(
  fc.record({
    domain: fc.nat(2),
    blocks: fc.array(fc.record({ rows: fc.integer({ min: 1, max: 9 }), heldOut: fc.boolean() }), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
  { minLength: 1, maxLength: 5 },
);

describe("rows to be scored", () => {
  it("are every training row once, in corpus order, then every held-out row, and no batch holds both", () => {
    fc.assert(
      fc.property(corpora, fc.integer({ min: 1, max: 7 }), fc.boolean(), (plans, size, heldOut) => {
        const scored = scoredRows(manifestOf(plans), size, heldOut);
        const batches = [...scored.after(0)];
        const training = rowsOf(plans, false);
        const others = heldOut ? rowsOf(plans, true) : [];
        expect(batches.slice(0, scored.trainingBatches).flatMap(namesIn)).toEqual(training);
        expect(batches.slice(scored.trainingBatches).flatMap(namesIn)).toEqual(others);
        expect([scored.rows, scored.batches]).toEqual([training.length + others.length, batches.length]);
        for (const [at, batch] of batches.entries()) {
          const isLastOfKind = at === scored.trainingBatches - 1 || at === batches.length - 1;
          expect(batch.size).toBeLessThanOrEqual(size);
          expect(batch.size === size || isLastOfKind).toBe(true);
          expect([...batch.probability, ...batch.base].every((value) => value === 1)).toBe(true);
        }
      }),
    );
  });

  it("go on after any batch as if nothing had been scored before", () => {
    fc.assert(
      fc.property(corpora, fc.integer({ min: 1, max: 7 }), (plans, size) => {
        const scored = scoredRows(manifestOf(plans), size, true);
        const batches = [...scored.after(0)].map(namesIn);
        for (let done = 0; done <= batches.length; done++) {
          expect([...scored.after(done)].map(namesIn)).toEqual(batches.slice(done));
          expect(scored.rowsOf(done)).toBe(batches.slice(0, done).flat().length);
        }
      }),
    );
  });

  it("are training rows alone where held-out rows are not asked for", () => {
    const block = { rows: 3, heldOut: true };
    expect(scoredRows(manifestOf([{ domain: 0, blocks: [block] }]), 2, false)).toMatchObject({
      rows: 0,
      batches: 0,
      trainingBatches: 0,
    });
  });
});
