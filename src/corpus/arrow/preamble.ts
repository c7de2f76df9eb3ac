/** @file What must precede an Arrow record batch so that it can be decoded alone: schema and dictionaries. */
import { Message, RecordBatchReader, type Schema } from "apache-arrow";

import type { ByteSource } from "../../bytes/byte-source.ts";
import { checkArrowFooter, messageKind } from "./header.ts";
import type { ArrowMessages } from "./messages.ts";
import { decoding } from "../shards/shard.ts";

/** The first bytes of an Arrow file: its magic, padded. */
export const arrowFileHead: Uint8Array = new TextEncoder().encode("ARROW1\0\0");

/** A schema, and the messages that carry it and the dictionaries, as a stream begins. */
export interface ArrowPreamble {
  readonly schema: Schema;
  readonly bytes: Uint8Array;
}

/** Reads the messages before the first record batch. A file that has its schema in the footer only, as apache-arrow writes it, gets a schema message made from that.
 * @throws {ShardError} when there is no schema to be read. O(dictionaries). */
export const readPreamble = async (
  source: ByteSource,
  { messages, tail }: ArrowMessages,
): Promise<ArrowPreamble> => {
  const first = messages.findIndex(({ kind }) => kind === messageKind.recordBatch);
  const before = first < 0 ? messages : messages.slice(0, first);
  const start = before[0]?.start ?? 0;
  const read = await source.read(start, before.at(-1)?.end ?? start);
  return decoding({ uri: source.uri }, "the Arrow schema", () => {
    if (before[0]?.kind === messageKind.schema) return { schema: schemaOf(read), bytes: read };
    checkArrowFooter(tail);
    const schema = schemaOf(joined(arrowFileHead, tail));
    return { schema, bytes: joined(schemaMessage(schema), read) };
  });
};

const schemaOf = (bytes: Uint8Array): Schema => RecordBatchReader.from(bytes).open().schema;

/** Continuation mark, length of the padded metadata, metadata (Arrow format, encapsulated message). */
const schemaMessage = (schema: Schema): Uint8Array => {
  const metadata = Message.encode(Message.from(schema));
  const bytes = new Uint8Array(8 + 8 * Math.ceil(metadata.byteLength / 8));
  const view = new DataView(bytes.buffer);
  view.setInt32(0, -1);
  view.setInt32(4, bytes.byteLength - 8, true);
  bytes.set(metadata, 8);
  return bytes;
};

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
