import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type BlockIndex, createBlockIndex } from "../../../src/corpus/blocks/block-index.ts";
import { createManifest } from "../../../src/corpus/manifest.ts";
import { neverVisited } from "../../../src/study/questions/never-visited.ts";
import type { Instance } from "../../../src/study/replay/instance-name.ts";
import { plainParts } from "../../support/corpus-on-disk.ts";

const domains = 3;

interface Shard {
  readonly domain: number;
  /** Rows of each block, and whether it is held out. */
  readonly blocks: readonly { readonly rows: number; readonly held: boolean }[];
}

const shards: fc.Arbitrary<Shard[]> = fc.array(
  fc.record({
    domain: fc.nat(domains - 1),
    blocks: fc.array(fc.record({ rows: fc.integer({ min: 1, max: 20 }), held: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
      size: "max",
    }),
  }),
  { maxLength: 6, size: "max" },
);

const indexOf = (described: readonly Shard[]): BlockIndex =>
  createBlockIndex(
    createManifest({
      seqLen: 8,
      tokenDtype: "uint16",
      ...plainParts(domains),
      shards: described.map(({ domain, blocks }, shard) => ({
        uri: `shard-${shard}.parquet`,
        domain,
        rows: blocks.reduce((sum, { rows }) => sum + rows, 0),
        bytes: 1000,
        footerHash: "f".repeat(64),
        blocks: blocks.map(({ rows }) => ({ rows, crc32: null })),
      })),
      heldOut: described.flatMap(({ blocks }, shard) =>
        blocks.flatMap(({ held }, block) => (held ? [{ shard, block }] : [])),
      ),
    }),
  );

/** Every row of a corpus. */
const rowsOf = (
  described: readonly Shard[],
): (Instance & { readonly domain: number; readonly held: boolean })[] =>
  described.flatMap(({ domain, blocks }, shard) =>
    blocks
      .flatMap(({ rows, held }) => Array.from({ length: rows }, () => held))
      .map((held, row) => ({ shard, row, domain, held })),
  );

const visitsOf = (visited: readonly Instance[]) => ({
  size: visited.length,
  shard: Uint32Array.from(visited, ({ shard }) => shard),
  row: Uint32Array.from(visited, ({ row }) => row),
});

describe("instances never visited", () => {
  it("are the training rows that are not among the visited, some of them named, evenly spread", () => {
    fc.assert(
      fc.property(shards, fc.infiniteStream(fc.boolean()), fc.nat(10), (described, coins, most) => {
        const all = rowsOf(described);
        const marked = all.map((row) => ({ ...row, visited: coins.next().value === true }));
        const order = marked.filter(({ visited }) => visited).toReversed();
        const expected = Array.from({ length: domains }, (_, domain) => {
          const own = marked.filter((row) => row.domain === domain && !row.held);
          const missing = own.filter(({ visited }) => !visited).map(({ shard, row }) => ({ shard, row }));
          const named = Math.min(most, missing.length);
          return {
            instances: own.length,
            neverVisited: missing.length,
            sample: Array.from(
              { length: named },
              (_, at) => missing[Math.floor(((at + 0.5) * missing.length) / named)],
            ),
          };
        });
        expect(neverVisited(visitsOf(order), indexOf(described), most)).toEqual(expected);
      }),
    );
  });

  it("are named with their places in the whole shard", () => {
    const index = indexOf([
      {
        domain: 0,
        blocks: [
          { rows: 3, held: false },
          { rows: 2, held: true },
          { rows: 9, held: false },
        ],
      },
    ]);
    const visited = visitsOf([0, 1, 2, 4, 5, 7, 13].map((row) => ({ shard: 0, row })));
    expect(neverVisited(visited, index, 3)[0]).toEqual({
      instances: 12,
      neverVisited: 6,
      sample: [8, 10, 12].map((row) => ({ shard: 0, row })),
    });
  });

  it("cannot be told of rows that the corpus does not have", () => {
    const index = indexOf([{ domain: 0, blocks: [{ rows: 3, held: false }] }]);
    expect(() => neverVisited(visitsOf([{ shard: 0, row: 3 }]), index, 1)).toThrow(
      "row of a draw must be below 3, got 3 (shard-0.parquet)",
    );
  });
});
