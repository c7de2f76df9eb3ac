/** @file Where pages are: in memory by bytes, what was changed and pushed out in a scratch file, the rest in a checkpoint. */
import { LRUCache } from "lru-cache";

import type { AppendFile, Files, ReadFile } from "../../files.ts";
import { closeAll } from "../close-all.ts";
import type { InstanceIndex } from "./instance-index.ts";
import { Page, pageWords } from "./page.ts";
import type { SavedPages } from "./saved-pages.ts";

/** What a store is made of. */
export interface PageStoreSetup {
  readonly files: Files;
  readonly index: InstanceIndex;
  readonly cacheBytes: number;
  /** Emptied when first needed; removed at close. */
  readonly scratchPath: string;
  /** Pages to begin with. */
  readonly base: SavedPages | null;
  /** Makes a page of `base` again whose bytes are damaged. */
  readonly rebuild: (block: number) => Promise<Page>;
}

/** Pages by block number. One caller at a time: calls must not overlap. */
export class PageStore {
  readonly #setup: PageStoreSetup;
  readonly #cache: LRUCache<number, Page>;
  readonly #changed = new Set<number>();
  /** Pages on their way to the scratch file. */
  readonly #leaving = new Map<number, Page>();
  readonly #scratchOffsets = new Map<number, number>();
  /** Blocks that have a page. */
  readonly #visited: Set<number>;
  #scratch: { readonly write: AppendFile; readonly read: ReadFile } | null = null;

  constructor(setup: PageStoreSetup) {
    this.#setup = setup;
    this.#visited = new Set(setup.base?.blocks);
    this.#cache = new LRUCache({
      // An entry larger than the cache is never kept, and would be lost.
      maxSize: Math.max(setup.cacheBytes, 8 * pageWords * setup.index.largestRows),
      sizeCalculation: (page) => page.words.byteLength,
      dispose: (page, block, reason) => {
        if (reason === "evict" && this.#changed.delete(block)) this.#leaving.set(block, page);
      },
    });
  }

  /** The page if it is in memory. */
  cached(block: number): Page | undefined {
    return this.#cache.get(block) ?? this.#leaving.get(block);
  }

  /** The page, or null where nothing has visited the block. O(bytes) when it must be read.
   * @throws {StorageError} when scratch file or checkpoint cannot be read or written */
  async find(block: number): Promise<Page | null> {
    const cached = this.cached(block);
    if (cached !== undefined) return cached;
    if (!this.#visited.has(block)) return null;
    const page = await this.#read(block);
    this.#cache.set(block, page);
    await this.settle();
    return page;
  }

  /** {@link find}, with an empty page where nothing has visited the block. */
  async fetch(block: number): Promise<Page> {
    return (await this.find(block)) ?? new Page(this.#setup.index.rowsOf(block));
  }

  /** Says that a page of {@link fetch} was changed; keeps it, even when it has left the memory since. */
  keep(block: number, page: Page): void {
    this.#leaving.delete(block);
    this.#visited.add(block);
    this.#changed.add(block);
    if (this.#cache.peek(block) !== page) this.#cache.set(block, page);
  }

  /** Writes out what the memory has no room for. */
  async settle(): Promise<void> {
    for (const [block, page] of this.#leaving) {
      this.#scratch ??= await this.#openScratch();
      const offset = this.#scratchOffsets.get(block);
      if (offset === undefined) {
        this.#scratchOffsets.set(block, this.#scratch.write.byteLength);
        await this.#scratch.write.append(page.bytes);
      } else await this.#scratch.write.overwrite(page.bytes, offset);
      this.#leaving.delete(block);
    }
  }

  /** Every page there is, in order of blocks; the memory's content stays as it is. */
  async *pages(): AsyncGenerator<{ readonly block: number; readonly page: Page }> {
    for (const block of Uint32Array.from(this.#visited).toSorted()) {
      const page = this.#cache.peek(block) ?? this.#leaving.get(block) ?? (await this.#read(block));
      yield { block, page };
    }
  }

  /** {@link pages} as they are stored. */
  async *all(): AsyncGenerator<{ readonly block: number; readonly bytes: Uint8Array }> {
    for await (const { block, page } of this.pages()) yield { block, bytes: page.bytes };
  }

  /** Closes what is open and removes the scratch file. */
  async close(): Promise<void> {
    const { base, files, scratchPath } = this.#setup;
    const scratch = this.#scratch;
    await closeAll([
      async () => base?.close(),
      async () => scratch?.write.close(),
      async () => scratch?.read.close(),
      async () => (scratch === null ? undefined : files.remove(scratchPath)),
    ]);
  }

  async #read(block: number): Promise<Page> {
    const rows = this.#setup.index.rowsOf(block);
    const offset = this.#scratchOffsets.get(block);
    if (offset !== undefined) {
      const bytes = await this.#scratch!.read.read(offset, offset + 4 * pageWords * rows);
      return new Page(rows, new Uint32Array(bytes.buffer));
    }
    const words = await this.#setup.base?.read(block);
    return words ? new Page(rows, words) : this.#setup.rebuild(block);
  }

  async #openScratch(): Promise<{ write: AppendFile; read: ReadFile }> {
    const { files, scratchPath } = this.#setup;
    return { write: await files.openAppend(scratchPath, 0), read: await files.openRead(scratchPath) };
  }
}
