/** @file The end of a Parquet file: magic, length, metadata, and their hash. */
import { createHash } from "node:crypto";
import { type FileMetaData, parquetMetadata } from "hyparquet";

import type { ByteSource } from "../../bytes/byte-source.ts";
import { ShardError, mustBe } from "../../errors.ts";
import { checkFooterHash, decoding, putBack } from "../shards/shard.ts";

const magic = 0x31524150;
const firstGuess = 2 ** 16;

/** A parsed footer and where it starts. */
export interface ParquetFooter {
  readonly metadata: FileMetaData;
  /** Byte at which the metadata starts; pages lie before it. */
  readonly start: number;
  /** SHA-256, hexadecimal, of [start, end of file). */
  readonly hash: string;
}

/** Reads and parses the footer, in one read unless it is over 64 KiB.
 * @param expectedHash when given, checked before the footer is parsed
 * @throws {ShardError} when the file is cut, is not Parquet, or its footer is not the expected one. O(footer). */
export const readParquetFooter = async (
  source: ByteSource,
  expectedHash?: string,
): Promise<ParquetFooter> => {
  const { uri, byteLength } = source;
  if (byteLength < 12)
    throw new ShardError(mustBe("a Parquet shard", "at least 12 bytes", byteLength), { uri, hint: putBack });
  const tailStart = Math.max(0, byteLength - firstGuess);
  const tail = await source.read(tailStart, byteLength);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  if (view.getUint32(tail.byteLength - 4, true) !== magic)
    throw new ShardError("a Parquet shard must end with PAR1: it was cut, or is another file", {
      uri,
      hint: putBack,
    });
  const start = byteLength - 8 - view.getUint32(tail.byteLength - 8, true);
  if (start < 4)
    throw new ShardError(
      mustBe("the footer's length", `at most ${byteLength - 12}`, byteLength - 8 - start),
      {
        uri,
        hint: putBack,
      },
    );
  const bytes = start < tailStart ? await source.read(start, byteLength) : tail.subarray(start - tailStart);
  const hash = createHash("sha256").update(bytes).digest("hex");
  checkFooterHash(uri, hash, expectedHash);
  const metadata = decoding({ uri }, "the Parquet footer", () =>
    parquetMetadata(bytes, { geoparquet: false }),
  );
  return { metadata, start, hash };
};
