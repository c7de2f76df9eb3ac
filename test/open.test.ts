import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { checkConfig } from "../src/config/config.ts";
import { createFiles } from "../src/files.ts";
import { openStages, readHeldOut } from "../src/open.ts";
import { tokenAt, writeSmallCorpus } from "./support/small-corpus.ts";

let folder: string;
let manifest: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-open-"));
  ({ manifestPath: manifest } = await writeSmallCorpus(join(folder, "corpus")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (name: string) =>
  openStages(checkConfig({ steps: 5, corpus: { manifest } }), createFiles(), join(folder, name));

describe("opening stages", () => {
  it("ties corpus, sampler, ledger and weighing, and can be closed and opened again", async () => {
    for (let time = 0; time < 2; time++) {
      const stages = await open("again");
      const draws = await stages.sampler.next(1);
      expect(draws.size).toBe(16);
      expect(stages.ledger.step).toBe(0);
      await stages.close();
    }
  });

  it("gives the corpus back when the ledger cannot be opened", async () => {
    const stages = await open("locked");
    await expect(open("locked")).rejects.toThrow(/lock|writer|process/);
    await stages.close();
    await (await open("locked")).close();
  });
});

describe("the cache of blocks", () => {
  it("is refused below what the open windows take, with the number", async () => {
    const { manifestPath } = await writeSmallCorpus(join(folder, "large-rows"), {
      rows: [40, 24],
      seqLen: 2 ** 16,
    });
    const options = { manifest: manifestPath, cacheBytes: 2 ** 20 };
    const config = checkConfig({ steps: 5, corpus: options });
    const blockBytes = 4 * 2 ** 17;
    await expect(openStages(config, createFiles(), join(folder, "small-cache"))).rejects.toThrow(
      `cacheBytes must be at least ${(2 * 2 + 1 + 2 * 1 + 1) * blockBytes}, the bytes of all open windows, got 1048576`,
    );
  });
});

describe("held-out rows", () => {
  it("are the first of each domain, up to a limit, none of them for training", async () => {
    const stages = await open("held-out");
    const { corpus } = stages;
    const all = await readHeldOut(corpus, null);
    expect(all.map(({ domain, rows }) => [domain, rows])).toEqual([
      [0, 6],
      [1, 6],
    ]);
    const two = await readHeldOut(corpus, 2);
    expect(two.map(({ rows }) => rows)).toEqual([2, 2]);
    expect([...two[1]!.tokens]).toEqual(
      Array.from({ length: 16 }, (_, at) => tokenAt(3, Math.floor(at / 8), at % 8, 32)),
    );
    await stages.close();
  });
});
