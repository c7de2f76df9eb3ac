/** @file From an address to an open shard: picks the format by the first bytes. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { openSource } from "../../bytes/open-source.ts";
import { ShardError, mustBe } from "../../errors.ts";
import { readArrowFile, readArrowStream } from "../arrow/shard.ts";
import { readParquetShard } from "../parquet/shard.ts";
import { type OpenShard, type Shard, type ShardExpectation, putBack } from "./shard.ts";

const formats: readonly { readonly head: string; readonly open: OpenShard }[] = [
  { head: "PAR1", open: readParquetShard },
  { head: "ARROW1", open: readArrowFile },
  { head: "\u00ff\u00ff\u00ff\u00ff", open: readArrowStream },
];

const formatOf = async (source: ByteSource): Promise<OpenShard> => {
  const bytes = await source.read(0, Math.min(6, source.byteLength));
  const head = String.fromCharCode(...bytes);
  const format = formats.find((candidate) => head.startsWith(candidate.head));
  if (format !== undefined) return format.open;
  const got = head === "" ? "an empty file" : `first bytes ${Buffer.from(bytes).toString("hex")}`;
  throw new ShardError(`a shard must be Parquet or Arrow IPC, got ${got}`, {
    uri: source.uri,
    hint: putBack,
  });
};

/** Opens a shard of any format we read.
 * @param uri    as {@link openSource} takes it
 * @param folder where relative paths start
 * @param byteLength when given, the length that the file must have
 * @throws {SourceError} when it is not there
 * @throws {ShardError} when it is of another length, of no known format, or not as expected */
export const openShard = async (
  uri: string,
  folder: string,
  expectation: ShardExpectation,
  byteLength?: number,
): Promise<Shard & { readonly byteLength: number }> => {
  const source = await openSource(uri, folder);
  try {
    if (byteLength !== undefined && source.byteLength !== byteLength)
      throw new ShardError(mustBe("the shard", `${byteLength} bytes`, source.byteLength), {
        uri,
        hint: putBack,
      });
    const open = await formatOf(source);
    return { ...(await open(source, expectation)), byteLength: source.byteLength };
  } catch (error) {
    await source.close();
    throw error;
  }
};
