import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createBlockCache } from "../../../src/corpus/blocks/block-cache.ts";
import { createBlockIndex } from "../../../src/corpus/blocks/block-index.ts";
import { createBlock } from "../../../src/corpus/blocks/block.ts";
import { createBufferPool } from "../../../src/corpus/blocks/buffer-pool.ts";
import { gatherRows } from "../../../src/corpus/blocks/gather-rows.ts";
import { createManifest } from "../../../src/corpus/manifest.ts";
import { plainParts } from "../../support/corpus-on-disk.ts";

/** Two shards of ten blocks of three rows of four tokens; token = ordinal of its row. */
const seqLen = 4;
const shardOf = (uri: string) => ({
  uri,
  domain: 0,
  rows: 30,
  bytes: 1,
  footerHash: "a".repeat(64),
  blocks: Array.from({ length: 10 }, () => ({ rows: 3, crc32: null })),
});
const manifest = createManifest({
  seqLen,
  tokenDtype: "uint32",
  ...plainParts(),
  shards: [shardOf("a"), shardOf("b")],
});
const index = createBlockIndex(manifest);
const failing = new Set<number>();
const cacheOf = (blocks: number) =>
  createBlockCache(
    blocks * 4096,
    {
      bufferBytes: () => 3 * seqLen * 4,
      async load(number, buffer) {
        await Promise.resolve();
        if (failing.has(number)) throw new RangeError(`block ${number}`);
        const tokens = new Uint32Array(buffer.buffer, 0, 3 * seqLen);
        for (let at = 0; at < tokens.length; at++) tokens[at] = 3 * number + Math.trunc(at / seqLen);
        return createBlock([buffer.subarray(0, tokens.byteLength)], seqLen * 4);
      },
    },
    createBufferPool(),
  );

describe("gathered rows", () => {
  const rows = fc.array(fc.record({ shard: fc.nat(1), row: fc.nat(29) }), { maxLength: 20 });
  it("are the asked ones in slot order, under a cache of any size and other gatherers", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rows, { maxLength: 4 }),
        fc.integer({ min: 1, max: 20 }),
        async (batches, size) => {
          const cache = cacheOf(size);
          const gathered = batches.map(async (slots) => {
            const target = new Uint32Array(slots.length * seqLen);
            const columns = {
              shard: Uint32Array.from(slots, ({ shard }) => shard),
              row: Uint32Array.from(slots, ({ row }) => row),
            };
            await gatherRows(manifest, index, cache, columns, target);
            return target;
          });
          const wanted = batches.map((slots) =>
            Uint32Array.from(
              slots.flatMap(({ shard, row }) => Array.from({ length: seqLen }, () => shard * 30 + row)),
            ),
          );
          expect(await Promise.all(gathered)).toEqual(wanted);
        },
      ),
    );
  });

  const columns = { shard: Uint32Array.of(0, 0), row: Uint32Array.of(0, 9) };

  it("fail as a read does, and can be asked for again", async () => {
    const cache = cacheOf(9);
    const target = new Uint32Array(2 * seqLen);
    failing.add(3);
    await expect(gatherRows(manifest, index, cache, columns, target)).rejects.toThrow("block 3");
    failing.clear();
    await gatherRows(manifest, index, cache, columns, target);
    expect(target).toEqual(Uint32Array.of(0, 0, 0, 0, 9, 9, 9, 9));
  });

  it("need room of the right dtype and length", async () => {
    const refused = (target: Uint16Array | Uint32Array): Promise<void> =>
      gatherRows(manifest, index, cacheOf(9), columns, target);
    await expect(refused(new Uint16Array(8))).rejects.toThrow(
      "room for 2 rows must be uint32[8], got uint16[8]",
    );
    await expect(refused(new Uint32Array(9))).rejects.toThrow(
      "room for 2 rows must be uint32[8], got uint32[9]",
    );
    const odd = { shard: columns.shard, row: Uint32Array.of(30, 0) };
    await expect(gatherRows(manifest, index, cacheOf(9), odd, new Uint32Array(8))).rejects.toThrow(
      "row of a draw must be below 30, got 30 (a)",
    );
  });
});
