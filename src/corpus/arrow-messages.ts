/** @file Where the messages of an Arrow IPC file or stream lie; reads their headers only. */
import { createHash } from "node:crypto";

import type { ByteSource } from "../bytes/byte-source.ts";
import { ShardError } from "../errors.ts";
import { decoding, putBack } from "./shard.ts";

const headBytes = 4096;
const continuation = 0xffffffff;

/** Kinds of message (Arrow format, `MessageHeader`). */
export const messageKind = { schema: 1, dictionary: 2, recordBatch: 3 } as const;

/** A message at bytes [start, end), its body included. */
export interface ArrowMessage {
  readonly kind: number;
  readonly start: number;
  readonly end: number;
  /** Rows of a record batch, 0 of others. */
  readonly rows: number;
}

/** The messages of a shard and the SHA-256, hexadecimal, of all their headers (prefix and metadata). */
export interface ArrowMessages {
  readonly messages: readonly ArrowMessage[];
  readonly hash: string;
}

/** Walks the encapsulated messages from `start` (8 in a file, 0 in a stream) to the end mark or the end of the bytes.
 * @throws {ShardError} when a message is cut, oversized, or of the form before Arrow 0.15. O(messages), a read each. */
export const readArrowMessages = async (source: ByteSource, start: number): Promise<ArrowMessages> => {
  const { uri, byteLength } = source;
  const hash = createHash("sha256");
  const messages: ArrowMessage[] = [];
  const refuse = (rule: string, got: string, offset: number): never => {
    throw new ShardError(`an Arrow message must be ${rule}, got ${got}`, { uri, offset, hint: putBack });
  };
  for (let at = start; at < byteLength;) {
    const head = await source.read(at, Math.min(at + headBytes, byteLength));
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (head.byteLength < 8) return refuse("whole", `${head.byteLength} bytes`, at);
    if (view.getUint32(0, true) !== continuation)
      return refuse("marked as of Arrow 0.15 or later", `mark ${view.getUint32(0, true)}`, at);
    const length = view.getInt32(4, true);
    if (length === 0) break;
    const bodyStart = at + 8 + length;
    if (length < 0 || bodyStart > byteLength) return refuse("whole", `metadata of ${length} bytes`, at);
    const header =
      8 + length <= head.byteLength ? head.subarray(0, 8 + length) : await source.read(at, bodyStart);
    hash.update(header);
    const { kind, bodyBytes, rows } = decoding({ uri }, "an Arrow message header", () =>
      parseHeader(header.subarray(8)),
    );
    const end = bodyStart + bodyBytes;
    if (!(bodyBytes >= 0 && end <= byteLength)) return refuse("whole", `a body of ${bodyBytes} bytes`, at);
    messages.push({ kind, start: at, end, rows });
    at = end;
  }
  return { messages, hash: hash.digest("hex") };
};

/** The three numbers needed of a flatbuffer `Message` {1 header type, 2 header, 3 bodyLength}, whose header `RecordBatch` starts with {0 length}.
 * Read by hand: every access is bounds-checked and nothing loops, so a damaged header cannot hang, which generated readers may. */
const parseHeader = (bytes: Uint8Array): { kind: number; bodyBytes: number; rows: number } => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fieldOf = (table: number, field: number): number => {
    const fields = table - view.getInt32(table, true);
    const slot = 4 + 2 * field;
    const offset = slot < view.getUint16(fields, true) ? view.getUint16(fields + slot, true) : 0;
    return offset === 0 ? 0 : table + offset;
  };
  const longAt = (at: number): number => (at === 0 ? 0 : Number(view.getBigInt64(at, true)));
  const message = view.getUint32(0, true);
  const kindAt = fieldOf(message, 1);
  const kind = kindAt === 0 ? 0 : view.getUint8(kindAt);
  const headerAt = fieldOf(message, 2);
  const isBatch = kind === messageKind.recordBatch && headerAt !== 0;
  const rows = isBatch ? longAt(fieldOf(headerAt + view.getUint32(headerAt, true), 0)) : 0;
  return { kind, bodyBytes: longAt(fieldOf(message, 3)), rows };
};
