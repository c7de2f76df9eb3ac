import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import { describe, expect, it } from "vitest";

import { openLocalSource } from "../../../src/bytes/local.ts";
import { readParquetFooter } from "../../../src/corpus/parquet/footer.ts";
import { layoutOf } from "../../../src/corpus/parquet/layout.ts";
import { inFolder, pagedParquet, tokensOfShard } from "../../support/corpus-on-disk.ts";

const layoutOfFile = (content: Uint8Array, maxBlockBytes: number, seqLen = 8) =>
  inFolder(async (folder) => {
    await writeFile(join(folder, "a"), content);
    const source = await openLocalSource(join(folder, "a"), "a");
    try {
      const footer = await readParquetFooter(source);
      return await layoutOf(source, footer, { seqLen, tokenDtype: "uint16", maxBlockBytes });
    } finally {
      await source.close();
    }
  });

const write = (
  columns: Parameters<typeof parquetWrite>[0]["columnData"],
  options: object = {},
): Uint8Array => {
  const writer = new ByteWriter();
  void parquetWrite({ writer, columnData: columns, codec: "UNCOMPRESSED", ...options });
  return writer.getBytes();
};

describe("blocks of a Parquet shard", () => {
  const paged = pagedParquet(tokensOfShard(0, 20, 8), 8, 3);

  it("are row groups when these fit", async () => {
    const layout = await layoutOfFile(paged, 20 * 16);
    expect(layout).toMatchObject([{ start: 4, firstRow: 0, rows: 20 }]);
  });

  it("are runs of pages of a row group that does not, at least one page each", async () => {
    const rowsAt = async (maxRows: number): Promise<number[]> =>
      (await layoutOfFile(paged, maxRows * 16)).map(({ rows }) => rows);
    expect(await rowsAt(19)).toEqual([18, 2]);
    expect(await rowsAt(10)).toEqual([9, 9, 2]);
    expect(await rowsAt(6)).toEqual([6, 6, 6, 2]);
    expect(await rowsAt(1)).toEqual([3, 3, 3, 3, 3, 3, 2]);
    const layout = await layoutOfFile(paged, 6 * 16);
    expect(layout.map(({ firstRow }) => firstRow)).toEqual([0, 6, 12, 18]);
    expect(layout.slice(1).map(({ start }) => start)).toEqual(layout.slice(0, -1).map(({ end }) => end));
  });

  it("cannot be cut without an offset index", async () => {
    const bare = pagedParquet(tokensOfShard(0, 20, 8), 8, 3, false);
    expect(await layoutOfFile(bare, 20 * 16)).toHaveLength(1);
    await expect(layoutOfFile(bare, 6 * 16)).rejects.toThrow(
      "a row group of over maxBlockBytes must have an offset index (a, row 0)",
    );
  });

  it("need our column, of the right width, plain and uncompressed", async () => {
    await expect(layoutOfFile(paged, 999, 9)).rejects.toThrow(
      "rows of the shard must be column tokens REQUIRED FIXED_LEN_BYTE_ARRAY(18), got REQUIRED FIXED_LEN_BYTE_ARRAY(16) (a)",
    );
    const ids = write([{ name: "ids", data: [1, 2], type: "INT32" }]);
    await expect(layoutOfFile(ids, 999)).rejects.toThrow("got columns ids (a)");
    const data = Array.from({ length: 40 }, () => new Uint8Array(16));
    const schema = [
      { name: "root", num_children: 1 },
      { name: "tokens", type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, repetition_type: "REQUIRED" },
    ];
    const snappy = write([{ name: "tokens", data, encoding: "PLAIN" }], { schema, codec: "SNAPPY" });
    await expect(layoutOfFile(snappy, 999)).rejects.toThrow(
      "the column tokens must be uncompressed, got SNAPPY (a, row 0)",
    );
    const dictionary = write([{ name: "tokens", data }], { schema });
    await expect(layoutOfFile(dictionary, 999)).rejects.toThrow(
      "the column tokens must be PLAIN, got a dictionary (a, row 0)",
    );
    await expect(layoutOfFile(dictionary, 999)).rejects.toMatchObject({
      hint: "write the tokens again with `counterweight prepare`",
    });
  });
});
