/** @file Where the messages of an Arrow IPC file or stream lie; reads their headers only. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

import type { ByteSource } from "../../bytes/byte-source.ts";
import { ShardError } from "../../errors.ts";
import { parseArrowHeader } from "./header.ts";
import { decoding, putBack } from "../shards/shard.ts";

const headBytes = 4096;
const continuation = 0xffffffff;

/** A message at bytes [start, end), its body included. */
export interface ArrowMessage {
  readonly kind: number;
  readonly start: number;
  readonly end: number;
  /** Rows of a record batch, 0 of others. */
  readonly rows: number;
  /** Length and CRC-32 of its header (prefix and metadata). */
  readonly headerBytes: number;
  readonly headerCrc: number;
}

/** The messages of a shard. */
export interface ArrowMessages {
  readonly messages: readonly ArrowMessage[];
  /** What lies behind them: the end mark and, in a file, the footer. */
  readonly tail: Uint8Array;
  /** SHA-256, hexadecimal, of all headers (prefix and metadata) and the tail. */
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
  if (byteLength < start) return refuse("whole", `${byteLength} bytes`, 0);
  let at = start;
  while (at < byteLength) {
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
      parseArrowHeader(header.subarray(8)),
    );
    const end = bodyStart + bodyBytes;
    if (!(bodyBytes >= 0 && end <= byteLength)) return refuse("whole", `a body of ${bodyBytes} bytes`, at);
    messages.push({ kind, start: at, end, rows, headerBytes: header.byteLength, headerCrc: crc32(header) });
    at = end;
  }
  const tail = await source.read(at, byteLength);
  return { messages, tail, hash: hash.update(tail).digest("hex") };
};
