import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { InstanceIndex } from "../../../src/ledger/pages/instance-index.ts";
import { Page } from "../../../src/ledger/pages/page.ts";
import { type PagesHeader, openSavedPages, writePages } from "../../../src/ledger/pages/saved-pages.ts";
import { quickFiles, smallShards, temporaryFolder } from "../../support/ledger-on-disk.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(() => remove());

const index = new InstanceIndex(smallShards);
const header: PagesHeader = {
  formatVersion: 1,
  asOf: { branch: 0, step: 9, crc: 5 },
  emaAlpha: 0.3,
  layout: index.layout,
  domains: { 1: { seen: 2, weight: "99999999999999999999", lastLoss: "5", emaLoss: "-6" } },
};
const pageOf = (block: number): Page => {
  const page = new Page(index.rowsOf(block));
  for (let row = 0; row < page.rows; row++) page.visit(row, block + row, 1 / (1 + row), 1, 0.3);
  return page;
};
async function* pagesOf(blocks: readonly number[]) {
  for (const block of blocks) yield { block, bytes: pageOf(block).bytes };
}
const reopen = () => openSavedPages(quickFiles, folder, index);
const path = (name: string): string => join(folder, name);

describe("saved pages", () => {
  it.each([[[]], [[2]], [[0, 1, 3]], [[0, 1, 2, 3]]])(
    "of blocks %j come back, each by its number",
    async (blocks) => {
      await writePages(quickFiles, folder, header, pagesOf(blocks));
      const saved = await reopen();
      expect(saved?.header).toMatchObject(header);
      expect([...saved!.blocks]).toEqual(blocks);
      for (const block of [0, 1, 2, 3])
        expect(await saved!.read(block)).toEqual(blocks.includes(block) ? pageOf(block).words : undefined);
      await saved!.close();
    },
  );

  it("are none when either file is missing", async () => {
    expect(await reopen()).toBeNull();
    await writePages(quickFiles, folder, header, pagesOf([1]));
    rmSync(path("pages.bin"));
    expect(await reopen()).toBeNull();
  });

  it("are none of another corpus or format", async () => {
    await writePages(quickFiles, folder, { ...header, layout: 1 }, pagesOf([1]));
    expect(await reopen()).toBeNull();
  });

  it("notice every altered byte: in a page when it is read, elsewhere when opened", async () => {
    await writePages(quickFiles, folder, header, pagesOf([0, 2]));
    const unnoticed: string[] = [];
    for (const name of ["pages.json", "pages.bin"]) {
      const bytes = readFileSync(path(name));
      for (let at = 0; at < bytes.length; at++) {
        bytes[at]! ^= 4;
        writeFileSync(path(name), bytes);
        bytes[at]! ^= 4;
        const saved = await reopen();
        const pages = saved === null ? [] : [await saved.read(0), await saved.read(2)];
        await saved?.close();
        if (saved !== null && !pages.includes(null)) unnoticed.push(`${name} byte ${at}`);
      }
      writeFileSync(path(name), bytes);
    }
    expect(unnoticed).toEqual([]);
    const whole = await reopen();
    expect(whole).not.toBeNull();
    await whole?.close();
  });

  it("notice a cut end", async () => {
    await writePages(quickFiles, folder, header, pagesOf([0, 2]));
    const bytes = readFileSync(path("pages.bin"));
    for (let end = 0; end < bytes.length; end += 3) {
      writeFileSync(path("pages.bin"), bytes.subarray(0, end));
      expect(await reopen()).toBeNull();
    }
  });

  it("are written in pieces when they are large", async () => {
    const large = new InstanceIndex([
      { domain: 0, blocks: Array.from({ length: 6 }, () => ({ rows: 20_000 })) },
    ]);
    const bytes = new Page(20_000).bytes;
    const pages = async function* () {
      for (let block = 0; block < 6; block++) yield { block, bytes };
    };
    await writePages(quickFiles, folder, { ...header, layout: large.layout }, pages());
    const saved = await openSavedPages(quickFiles, folder, large);
    expect(Buffer.compare(new Uint8Array((await saved!.read(5))!.buffer), bytes)).toBe(0);
    await saved!.close();
  });
});
