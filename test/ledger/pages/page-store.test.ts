import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createFiles } from "../../../src/files.ts";
import { InstanceIndex } from "../../../src/ledger/pages/instance-index.ts";
import { Page } from "../../../src/ledger/pages/page.ts";
import { PageStore } from "../../../src/ledger/pages/page-store.ts";
import { openSavedPages, writePages } from "../../../src/ledger/pages/saved-pages.ts";
import { createFailingDisk } from "../../support/failing-disk.ts";
import { collect, hash, quickFiles, rejection, temporaryFolder } from "../../support/ledger-on-disk.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(() => remove());

const rows = 10;
const blocks = 12;
const index = new InstanceIndex([{ domain: 0, blocks: Array.from({ length: blocks }, () => ({ rows })) }]);
const open = (more: Partial<ConstructorParameters<typeof PageStore>[0]> = {}): PageStore =>
  new PageStore({
    files: quickFiles,
    index,
    cacheBytes: 0, // room for two pages
    scratchPath: join(folder, "scratch"),
    base: null,
    rebuild: () => Promise.resolve(new Page(rows)),
    ...more,
  });

describe("the page store", () => {
  it("keeps every change while pages come and go", async () => {
    const store = open();
    const expected = new Map<number, Page>();
    for (let at = 1; at <= 600; at++) {
      const block = hash(at, 1) % blocks;
      const page = await store.fetch(block);
      const wanted = expected.get(block) ?? new Page(rows);
      expect(page).toEqual(wanted);
      page.visit(at % rows, at, at, 1, 0.3);
      wanted.visit(at % rows, at, at, 1, 0.3);
      expected.set(block, wanted);
      store.keep(block, page);
      await store.settle();
    }
    const all = await collect(store.all());
    expect(all.map(({ block }) => block)).toEqual([...expected.keys()].toSorted((a, b) => a - b));
    for (const { block, bytes } of all) expect(bytes).toEqual(expected.get(block)!.bytes);
    const pages = await collect(store.pages());
    expect(pages.map(({ block, page }) => ({ block, bytes: page.bytes }))).toEqual(all);
    expect(readdirSync(folder)).toEqual(["scratch"]);
    await store.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("keeps a page that was pushed out between fetch and change", async () => {
    const store = open();
    const held = await store.fetch(0);
    store.keep(0, held);
    for (const block of [1, 2, 3]) store.keep(block, await store.fetch(block));
    await store.settle();
    held.visit(4, 1, 2.5, 1, 0.3);
    store.keep(0, held);
    for (const block of [1, 2, 3]) await store.find(block);
    expect((await store.find(0))?.lastLoss[4]).toBe(2.5);
  });

  it("writes nothing for pages that were only looked at", async () => {
    const store = open();
    for (let block = 0; block < blocks; block++) expect(await store.find(block)).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
    expect(await collect(store.all())).toEqual([]);
  });

  it("reads a checkpoint's pages, and makes a damaged one again", async () => {
    const page = new Page(rows);
    page.visit(3, 1, 4, 1, 0.3);
    const header = { formatVersion: 1, emaAlpha: 0.3, layout: index.layout, domains: {} } as const;
    const pages = async function* () {
      for (const block of [2, 5]) yield { block, bytes: page.bytes };
    };
    await writePages(quickFiles, folder, { ...header, asOf: { branch: 0, step: 1, crc: 0 } }, pages());
    const saved = await openSavedPages(quickFiles, folder, index);
    const rebuilt: number[] = [];
    const store = open({
      base: { ...saved!, read: (block) => (block === 5 ? Promise.resolve(null) : saved!.read(block)) },
      rebuild: async (block) => {
        rebuilt.push(block);
        return page;
      },
    });
    expect(await store.find(2)).toEqual(page);
    expect(await store.find(5)).toBe(page);
    expect(await store.find(3)).toBeNull();
    expect(rebuilt).toEqual([5]);
    await store.close();
  });

  it("says why the scratch file cannot be written", async () => {
    const disk = createFailingDisk({ at: 1, of: ["write"] });
    const store = open({ files: createFiles(disk) });
    const fill = async (): Promise<void> => {
      for (let block = 0; block < blocks; block++) store.keep(block, await store.fetch(block));
      await store.settle();
    };
    expect(await rejection(fill())).toBe(
      `StorageError: cannot write scratch (${join(folder, "scratch")}, write, ENOSPC)`,
    );
  });
});
