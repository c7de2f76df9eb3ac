/** @file Refuses text that is not UTF-8, by the offset of the first wrong byte. */
import { isUtf8 } from "node:buffer";

import { ConfigError } from "../../errors.ts";

/** Bytes of the character at `at` when it is well formed, else 0  (Unicode 15, table 3-7). */
const characterLength = (bytes: Uint8Array, at: number): number => {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  const second = bytes[at + 1] ?? 0;
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (length === 0 || second < least || second > most) return 0;
  for (let next = at + 2; next < at + length; next++) if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
};

/** Offset of the first byte that begins no well-formed character; −1 when all do. O(bytes). */
export const firstInvalidUtf8 = (bytes: Uint8Array): number => {
  if (isUtf8(bytes)) return -1;
  let at = 0;
  for (let length = 0; at < bytes.length; at += length) {
    length = characterLength(bytes, at);
    if (length === 0) break;
  }
  return at;
};

/** Accepts UTF-8 only.
 * @param offset place of `bytes` in the file
 * @throws {ConfigError} naming file and offset of the first byte that is not */
export const checkUtf8 = (bytes: Uint8Array, path: string, offset: number): void => {
  const at = firstInvalidUtf8(bytes);
  if (at < 0) return;
  const byte = bytes[at]!.toString(16).padStart(2, "0");
  throw new ConfigError(`text must be UTF-8, got byte 0x${byte}`, {
    path,
    offset: offset + at,
    hint: "convert the file, e.g. with `iconv -t UTF-8`, or leave it out of the dataset",
  });
};
