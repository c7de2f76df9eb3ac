/** @file The ledger's part of a checkpoint: `pages.bin` holds visited pages in block order and their index, `pages.json` what they are of. */
import { join } from "node:path";
import { crc32 } from "node:zlib";

import type { Files, ReadFile } from "../../files.ts";
import type { LedgerPosition } from "../journal/history.ts";
import type { InstanceIndex } from "./instance-index.ts";
import { pageWords } from "./page.ts";
import type { SavedSums } from "./seen-sums.ts";

/** What a set of pages is of. */
export interface PagesHeader {
  readonly formatVersion: 1;
  /** Last step whose losses they hold. */
  readonly asOf: LedgerPosition;
  readonly emaAlpha: number;
  /** Checksum of the corpus' blocks. */
  readonly layout: number;
  /** Domain number → sums. */
  readonly domains: Readonly<Record<string, SavedSums>>;
  /** Sums of the excess over a reference, and where that stood; left out without one. */
  readonly excess?: { readonly over: LedgerPosition; readonly domains: Readonly<Record<string, SavedSums>> };
}

interface StoredHeader extends PagesHeader {
  /** Number of pages. */
  readonly pages: number;
  /** CRC-32 of the index: block numbers, then a CRC-32 of each page, all uint32. */
  readonly index: number;
}

const jsonPath = (folder: string): string => join(folder, "pages.json");
const binPath = (folder: string): string => join(folder, "pages.bin");
const chunkBytes = 2 ** 20;

/** Writes pages into an existing folder, both files synced. O(bytes); memory: 1 MiB, a page, 8 bytes a page of the index.
 * @param pages in ascending order of blocks
 * @throws {StorageError} when the disk refuses */
export const writePages = async (
  files: Files,
  folder: string,
  header: PagesHeader,
  pages: AsyncIterable<{ readonly block: number; readonly bytes: Uint8Array }>,
): Promise<void> => {
  const file = await files.openAppend(binPath(folder), 0);
  const blocks: number[] = [];
  const checksums: number[] = [];
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    await file.append(bytes);
  };
  let index: Uint8Array;
  try {
    for await (const { block, bytes } of pages) {
      blocks.push(block);
      checksums.push(crc32(bytes));
      waiting.push(bytes);
      waitingBytes += bytes.byteLength;
      if (waitingBytes >= chunkBytes) await flush();
    }
    index = new Uint8Array(Uint32Array.from([...blocks, ...checksums]).buffer);
    waiting.push(index);
    await flush();
    await file.sync();
  } finally {
    await file.close();
  }
  const stored: StoredHeader = { ...header, pages: blocks.length, index: crc32(index) };
  const body = JSON.stringify(stored);
  await files.write(jsonPath(folder), JSON.stringify({ crc: crc32(body), body }));
};

/** Pages of a checkpoint, open for reading. */
export interface SavedPages {
  readonly header: PagesHeader;
  /** Numbers of the blocks whose pages are here, ascending. */
  readonly blocks: Uint32Array;
  /** A page's words; null where its bytes are damaged, undefined where it is not here. O(log pages + bytes). */
  read(block: number): Promise<Uint32Array<ArrayBuffer> | null | undefined>;
  close(): Promise<void>;
}

const readHeader = async (files: Files, folder: string): Promise<StoredHeader | null> => {
  if (!(await files.exists(jsonPath(folder))) || !(await files.exists(binPath(folder)))) return null;
  try {
    const { crc, body }: { crc: number; body: string } = JSON.parse(await files.readText(jsonPath(folder)));
    return crc32(body) === crc ? JSON.parse(body) : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
};

const readIndex = async (
  file: ReadFile,
  stored: StoredHeader,
  index: InstanceIndex,
): Promise<{ blocks: Uint32Array; checksums: Uint32Array; offsets: Float64Array } | null> => {
  const end = await file.byteLength();
  if (end < 8 * stored.pages) return null;
  const bytes = await file.read(end - 8 * stored.pages, end);
  if (crc32(bytes) !== stored.index) return null;
  const words = new Uint32Array(bytes.buffer);
  const blocks = words.subarray(0, stored.pages);
  const offsets = new Float64Array(stored.pages + 1);
  for (const [at, block] of blocks.entries())
    offsets[at + 1] = offsets[at]! + 4 * pageWords * index.rowsOf(block);
  return offsets[stored.pages] === end - bytes.byteLength
    ? { blocks, checksums: words.subarray(stored.pages), offsets }
    : null;
};

/** Position of a value in an ascending array, or −1. */
const find = (values: Uint32Array, value: number): number => {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return values[low] === value ? low : -1;
};

/** Opens the pages of a checkpoint's folder, or says null where they are missing or damaged: they can be rebuilt.
 * O(pages). */
export const openSavedPages = async (
  files: Files,
  folder: string,
  index: InstanceIndex,
): Promise<SavedPages | null> => {
  const stored = await readHeader(files, folder);
  if (stored === null || stored.formatVersion !== 1 || stored.layout !== index.layout) return null;
  const file = await files.openRead(binPath(folder));
  const table = await readIndex(file, stored, index);
  if (table === null) {
    await file.close();
    return null;
  }
  const { blocks, checksums, offsets } = table;
  return {
    header: stored,
    blocks,
    async read(block) {
      const at = find(blocks, block);
      if (at < 0) return undefined;
      const bytes = await file.read(offsets[at]!, offsets[at + 1]!);
      return crc32(bytes) === checksums[at] ? new Uint32Array(bytes.buffer) : null;
    },
    close: () => file.close(),
  };
};
