/** @file What every shard format offers a corpus: its blocks, read into a given buffer. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { type ErrorFacts, ShardError } from "../../errors.ts";
import type { Block } from "../blocks/block.ts";
import type { Manifest } from "../manifest.ts";

/** What a shard is held against when it is opened. */
export interface ShardExpectation extends Pick<Manifest, "seqLen" | "tokenDtype" | "maxBlockBytes"> {
  /** When given, the footer (or message headers) must have this SHA-256; it is checked before anything in them is believed. */
  readonly footerHash?: string;
}

/** An open shard. It owns its byte source. */
export interface Shard {
  /** SHA-256, hexadecimal, of the Parquet footer or the Arrow message headers. */
  readonly footerHash: string;
  /** Rows of every block. */
  readonly blockRows: readonly number[];
  /** Bytes that {@link Shard.readBlock} needs of its buffer. */
  bufferBytes(block: number): number;
  /** Reads a block into `buffer`; the block's pages are views of it, valid until it is written again.
   * @throws {SourceError} when the bytes cannot be had
   * @throws {ShardError} when they are not what the footer says, with block and row */
  readBlock(block: number, buffer: Uint8Array, signal?: AbortSignal): Promise<Block>;
  close(): Promise<void>;
}

/** Opens a shard of one format. Takes the source over, also when it fails. */
export type OpenShard = (source: ByteSource, expectation: ShardExpectation) => Promise<Shard>;

/** Fix for a shard that is not what it was. */
export const putBack = "put the original shard back, or prepare the corpus again";

/** Fix for a shard that is whole but not of a layout that is read. */
export const rewrite = "write the tokens again with `counterweight prepare`";

/** Refuses a footer other than the expected one, before it is parsed.
 * @throws {ShardError} when the hashes differ */
export const checkFooterHash = (uri: string, got: string, expected: string | undefined): void => {
  if (expected !== undefined && got !== expected)
    throw new ShardError("the shard was altered: its footer is not the one that the manifest names", {
      uri,
      hint: putBack,
    });
};

/** Runs a decoder that is not ours; whatever it throws becomes a ShardError saying what could not be read.
 * @param place facts of that error: uri, block and row where known */
export const decoding = <T>(place: ErrorFacts, what: string, decode: () => T): T => {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ShardError) throw error;
    const { uri, block, row } = place;
    const facts = {
      ...(uri && { uri }),
      ...(block !== undefined && { block }),
      ...(row !== undefined && { row }),
    };
    const reason = error instanceof Error ? error.message : String(error);
    throw new ShardError(`${what} cannot be read: ${reason}`, { ...facts, hint: putBack }, error);
  }
};
