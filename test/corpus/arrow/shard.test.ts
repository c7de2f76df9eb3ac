import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Field, Int32, List, Table, Vector, makeData, tableFromArrays, tableToIPC } from "apache-arrow";
import { describe, expect, it } from "vitest";

import { openLocalSource } from "../../../src/bytes/local.ts";
import { readArrowFile, readArrowStream } from "../../../src/corpus/arrow/shard.ts";
import type { TokenDtype } from "../../../src/corpus/manifest.ts";
import type { Shard } from "../../../src/corpus/shards/shard.ts";
import { arrowShard } from "../../support/arrow-shards.ts";
import { inFolder, tokensOfShard } from "../../support/corpus-on-disk.ts";

const withShard = <T>(
  content: Uint8Array,
  form: "file" | "stream",
  tokenDtype: TokenDtype,
  work: (shard: Shard) => Promise<T>,
  limits: { maxBlockBytes?: number; footerHash?: string } = {},
): Promise<T> =>
  inFolder(async (folder) => {
    await writeFile(join(folder, "a"), content);
    const source = await openLocalSource(join(folder, "a"), "a");
    const expectation = { seqLen: 8, tokenDtype, maxBlockBytes: 2 ** 20, ...limits };
    try {
      return await work(await (form === "file" ? readArrowFile : readArrowStream)(source, expectation));
    } finally {
      await source.close();
    }
  });

const opened = (shard: Shard): Promise<readonly number[]> => Promise.resolve(shard.blockRows);
const plan = { seqLen: 8, rowsPerBatch: 5, form: "stream" } as const;

describe("an Arrow shard", () => {
  const small = tokensOfShard(2, 12, 8);
  const wide = Uint32Array.from(small);
  const cases = [
    { name: "uint16", tokens: small, dtype: "uint16" },
    { name: "uint32", tokens: wide, dtype: "uint32" },
    { name: "int32", tokens: Int32Array.from(wide), dtype: "uint32" },
  ] as const;
  for (const { name, tokens, dtype } of cases)
    for (const form of ["file", "stream"] as const)
      for (const labels of [false, true])
        it(`of ${name} in a ${form}${labels ? " beside a dictionary column" : ""} gives its rows`, () =>
          withShard(arrowShard(tokens, { ...plan, form, labels }), form, dtype, async (shard) => {
            expect(shard.blockRows).toEqual([5, 5, 2]);
            const read: number[] = [];
            const buffer = new Uint8Array(4096);
            for (const [number, rows] of shard.blockRows.entries()) {
              expect(shard.bufferBytes(number)).toBeLessThan(4096);
              const block = await shard.readBlock(number, buffer);
              expect(block.pages.every((page) => page.buffer === buffer.buffer)).toBe(true);
              for (let row = 0; row < rows; row++) read.push(...block.rowAt(row));
            }
            expect(Uint8Array.from(read)).toEqual(new Uint8Array(tokens.buffer));
          }));

  it("must have tokens of the corpus' length and dtype", async () => {
    const refused = (content: Uint8Array, dtype: TokenDtype): Promise<unknown> =>
      withShard(content, "stream", dtype, opened);
    await expect(refused(arrowShard(small, plan), "uint32")).rejects.toThrow(
      "the column tokens must be fixed_size_list<uint32>[8] or fixed_size_list<int32>[8], got fixed_size_list<uint16>[8] (a)",
    );
    await expect(refused(arrowShard(small, { ...plan, seqLen: 4 }), "uint16")).rejects.toThrow(
      "must be fixed_size_list<uint16>[8], got fixed_size_list<uint16>[4] (a)",
    );
    const ids = tableToIPC(tableFromArrays({ ids: Int32Array.of(1, 2) }), "stream");
    await expect(refused(ids, "uint16")).rejects.toThrow("got no such column (a)");
    const child = makeData({ type: new Int32(), data: new Int32Array(8) });
    const lists = makeData({
      type: new List(new Field("item", new Int32())),
      length: 1,
      nullCount: 0,
      valueOffsets: Int32Array.of(0, 8),
      child,
    });
    const listed = tableToIPC(new Table({ tokens: new Vector([lists]) }), "stream");
    await expect(refused(listed, "uint32")).rejects.toThrow("got list (a)");
  });

  it("must keep its record batches within maxBlockBytes and its headers as they were", async () => {
    const content = arrowShard(small, plan);
    await expect(withShard(content, "stream", "uint16", opened, { maxBlockBytes: 79 })).rejects.toThrow(
      "tokens of a record batch must be 1 to 79 bytes, got 80 (a, block 0)",
    );
    const hash = await withShard(content, "stream", "uint16", (shard) => Promise.resolve(shard.footerHash));
    expect(await withShard(content, "stream", "uint16", opened, { footerHash: hash })).toEqual([5, 5, 2]);
    await expect(
      withShard(content, "stream", "uint16", opened, { footerHash: "0".repeat(64) }),
    ).rejects.toThrow("the shard was altered: its footer is not the one that the manifest names (a)");
  });

  it("is not decoded when its headers change after it was opened", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a");
      const content = arrowShard(small, plan);
      await writeFile(path, content);
      const expectation = { seqLen: 8, tokenDtype: "uint16", maxBlockBytes: 2 ** 20 } as const;
      const shard = await readArrowStream(await openLocalSource(path, "a"), expectation);
      const damaged = content.slice();
      const header = content.lastIndexOf(255, content.byteLength - 9);
      damaged[header + 20]! ^= 0x40;
      await writeFile(path, damaged);
      await expect(shard.readBlock(2, new Uint8Array(shard.bufferBytes(2)))).rejects.toThrow(
        "the record batch was altered since the shard was opened (a, block 2)",
      );
      await shard.close();
    }));
});
