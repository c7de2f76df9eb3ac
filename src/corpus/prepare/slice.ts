/** @file Slices of input files: the unit of work of a thread. */
import { gunzipSync } from "node:zlib";

import { openLocalSource } from "../../bytes/local.ts";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { ConfigError } from "../../errors.ts";
import type { TextFormat } from "./dataset.ts";
import { type Documents, cutInto } from "./document-cut.ts";
import { decodeJsonLines } from "./jsonl.ts";
import { checkUtf8 } from "./utf8.ts";

/** About as many bytes as a slice has; a constant, since documents never cross slices. */
export const sliceBytes: number = 2 ** 24;
/** A compressed file is one slice, and is held in memory whole. */
const mostUnzippedBytes = 2 ** 30;

/** Part [start, end) of a file, moved on to the next line's start at both ends. */
export interface Slice {
  readonly path: string;
  readonly format: TextFormat;
  readonly start: number;
  readonly end: number;
}

/** The slices of a file, in order: every 16 MiB; one for a compressed file. */
export const slicesOf = (path: string, format: TextFormat, byteLength: number): Slice[] => {
  const step = path.endsWith(".gz") ? Math.max(1, byteLength) : sliceBytes;
  return Array.from({ length: Math.ceil(byteLength / step) }, (_, index) => ({
    path,
    format,
    start: index * step,
    end: Math.min(byteLength, (index + 1) * step),
  }));
};

/** Place behind the first newline at or after `from` − 1; the file's end when there is none. */
const lineStart = async (source: ByteSource, from: number): Promise<number> => {
  if (from === 0) return 0;
  for (let at = from - 1; at < source.byteLength; at += 2 ** 16) {
    const bytes = await source.read(at, Math.min(source.byteLength, at + 2 ** 16));
    const found = bytes.indexOf(0x0a);
    if (found >= 0) return at + found + 1;
  }
  return source.byteLength;
};

const unzip = (bytes: Uint8Array, path: string): Uint8Array => {
  try {
    const unzipped = gunzipSync(bytes, { maxOutputLength: mostUnzippedBytes });
    return new Uint8Array(unzipped.buffer, unzipped.byteOffset, unzipped.byteLength);
  } catch (error) {
    const isTooLong = error instanceof RangeError;
    throw new ConfigError(
      isTooLong ? "compressed file must hold at most 1 GiB of text" : "file must be gzip, as its name says",
      { path, hint: isTooLong ? "split it into several files" : "check the file, or rename it" },
      error,
    );
  }
};

/** Reads a slice and cuts it into documents.
 * @throws {ConfigError} when the text is not UTF-8, not gzip, or not JSON lines, by file and offset (in the unpacked text)
 * @throws {SourceError} when the file cannot be read. O(slice); memory: the slice, twice for JSON lines. */
export const readSlice = async ({ path, format, start, end }: Slice): Promise<Documents> => {
  const source = await openLocalSource(path);
  try {
    const isZipped = path.endsWith(".gz");
    const from = isZipped ? 0 : await lineStart(source, start);
    const until = isZipped || end === source.byteLength ? source.byteLength : await lineStart(source, end);
    const read = await source.read(from, Math.max(from, until));
    const bytes = isZipped ? unzip(read, path) : read;
    checkUtf8(bytes, path, from);
    if (format === "jsonl") return decodeJsonLines(bytes, path, from);
    const ends: number[] = [];
    cutInto(ends, bytes, 0, bytes.length, format);
    return { bytes, ends };
  } finally {
    await source.close();
  }
};
