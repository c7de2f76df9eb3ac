import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { checkConfig } from "../src/config/config.ts";
import { createSyntheticCorpus } from "../src/corpus/synthetic.ts";
import { createDraws } from "../src/draws.ts";
import { createFiles } from "../src/files.ts";
import { openStages, readHeldOut } from "../src/open.ts";
import { openSmall } from "./support/ledger-on-disk.ts";
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

describe("a reference that its memory has no room for", () => {
  const corpus = { kind: "synthetic", instances: 60_000, heldOut: 1, blockRows: 5_000 } as const;
  const openOver = (name: string) =>
    openStages(
      checkConfig({
        steps: 5,
        corpus,
        sampler: { kind: "importance" },
        ledger: { reference: join(folder, "reference"), cacheBytes: 2 ** 20 },
      }),
      createFiles(),
      join(folder, name),
    );
  const scratches = (name: string): string[] =>
    readdirSync(join(folder, name)).filter((file) => file.endsWith(".scratch"));

  /** A ledger in which every row's loss is its ordinal, a block a step. */
  beforeAll(async () => {
    const { shards, fingerprint } = createSyntheticCorpus(corpus).manifest;
    const path = join(folder, "reference/ledger");
    const ledger = await openSmall(path, { shards, corpus: fingerprint, lag: 0 });
    const draws = createDraws(corpus.blockRows);
    draws.probability.fill(1);
    draws.base.fill(1);
    for (let block = 0; block < 12; block++) {
      for (let slot = 0; slot < draws.size; slot++) draws.row[slot] = corpus.blockRows * block + slot;
      ledger.expect(block + 1, draws);
      ledger.report(block + 1, Float32Array.from(draws.row));
      await ledger.commit(block + 1, { weights: new Uint8Array(draws.size) });
    }
    await ledger.close();
  });

  it("lies in a file beside the ledger, which goes at close", async () => {
    const stages = await openOver("excess");
    expect(scratches("excess")).toHaveLength(1);
    expect(stages.reference).toMatchObject({ instances: 60_000, position: { step: 12 } });
    for (const block of [0, 11, 5]) {
      const losses = await stages.reference!.lossesOf(block);
      expect([losses[0], losses[4_999]]).toEqual([5_000 * block, 5_000 * block + 4_999]);
    }
    await stages.close();
    expect(scratches("excess")).toEqual([]);
  });

  it("is left alone by who finds the folder taken, and by what a crash left", async () => {
    writeFileSync(join(folder, "excess/reference-01234567.scratch"), "");
    const stages = await openOver("excess");
    const [own] = scratches("excess");
    expect(own).not.toContain("01234567");
    await expect(openOver("excess")).rejects.toThrow(/lock|writer|process/);
    expect(scratches("excess")).toEqual([own]);
    for (let block = 0; block < 12; block++)
      expect((await stages.reference!.lossesOf(block))[7]).toBe(5_000 * block + 7);
    await stages.close();
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
