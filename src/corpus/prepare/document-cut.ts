/** @file Where a long text is cut into documents, before documents are held out or packed. */
import type { TextFormat } from "./dataset.ts";

/** Longest document in bytes: long enough to read, short enough that the held-out ones are a fair sample. */
export const longestDocument = 8192;

const newline = 0x0a;
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09;
const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** True when the line that ends just before `at` is empty. */
const isAfterBlankLine = (bytes: Uint8Array, at: number, start: number): boolean => {
  if (at - 2 < start || bytes[at - 1] !== newline) return false;
  const before = bytes[at - 2] === 0x0d ? at - 3 : at - 2;
  return before >= start && bytes[before] === newline;
};

/** How good a place to cut is: 4 between top-level pieces of a program, 3 at a paragraph's end, 2 at a line's, 1 after a blank, 0 between characters, −1 within one. */
const rankOf = (bytes: Uint8Array, at: number, start: number, format: TextFormat): number => {
  const before = bytes[at - 1]!;
  const after = bytes[at]!;
  if (before === newline) {
    if (after === newline || after === 0x0d || !isAfterBlankLine(bytes, at, start)) return 2;
    return format === "source" && !isBlank(after) && after !== 0x7d ? 4 : 3;
  }
  if (isBlank(before)) return 1;
  return isContinuation(after) ? -1 : 0;
};

/** End of the document that starts at `start`: `end` when that is near enough, else the last best place to cut within {@link longestDocument}.
 * @returns in (start, min(end, start + 8192)]; at a character's boundary when the bytes are UTF-8. O(8192). */
export const documentEnd = (bytes: Uint8Array, start: number, end: number, format: TextFormat): number => {
  const limit = start + longestDocument;
  if (end <= limit) return end;
  const best = format === "source" ? 4 : 3;
  let cut = limit;
  let cutRank = -1;
  for (let at = limit; at > start && cutRank < best; at--) {
    const rank = rankOf(bytes, at, start, format);
    if (rank > cutRank) {
      cut = at;
      cutRank = rank;
    }
  }
  return cut;
};

/** Documents that lie one after the other: document i is [ends[i − 1], ends[i]) of `bytes`. */
export interface Documents {
  readonly bytes: Uint8Array;
  readonly ends: readonly number[];
}

/** Appends the ends of the documents in [start, end) to `ends`. Together they are the whole text, byte for byte. */
export const cutInto = (
  ends: number[],
  bytes: Uint8Array,
  start: number,
  end: number,
  format: TextFormat,
): void => {
  for (let at = start; at < end;) {
    at = documentEnd(bytes, at, end, format);
    ends.push(at);
  }
};
