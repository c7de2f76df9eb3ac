/** @file Reads Parquet shards of our layout: one read a block, rows left where the read put them. */
import { createBlock } from "../blocks/block.ts";
import { tokenBytes } from "../manifest.ts";
import { readParquetFooter } from "./footer.ts";
import { layoutOf } from "./layout.ts";
import { pagesOf } from "./pages.ts";
import type { OpenShard } from "../shards/shard.ts";

/** Opens a Parquet shard by its footer.
 * @throws {ShardError} when it is not Parquet, not of our layout for L and dtype, or not the expected file. O(footer). */
export const readParquetShard: OpenShard = async (source, expectation) => {
  const footer = await readParquetFooter(source, expectation.footerHash);
  const places = await layoutOf(source, footer, expectation);
  const rowBytes = expectation.seqLen * tokenBytes(expectation.tokenDtype);
  return {
    footerHash: footer.hash,
    blockRows: places.map((place) => place.rows),
    bufferBytes: (block) => places[block]!.end - places[block]!.start,
    async readBlock(block, buffer, signal) {
      const place = places[block]!;
      const bytes = await source.read(place.start, place.end, { into: buffer, ...(signal && { signal }) });
      return createBlock(pagesOf(bytes, rowBytes, { uri: source.uri, block, ...place }), rowBytes);
    },
    close: () => source.close(),
  };
};
