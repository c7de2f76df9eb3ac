/** @file A byte source over memory. */
import type { ByteSource } from "../../src/bytes/byte-source.ts";

/** Gives ranges of `content` under the address `a`. */
export const memorySource = (content: Uint8Array): ByteSource => ({
  uri: "a",
  byteLength: content.byteLength,
  read(start, end, { into } = {}) {
    const bytes = into?.subarray(0, end - start) ?? new Uint8Array(end - start);
    bytes.set(content.subarray(start, end));
    return Promise.resolve(bytes);
  },
  close: () => Promise.resolve(),
});
