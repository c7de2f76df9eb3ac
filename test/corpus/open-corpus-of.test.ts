import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { openCorpusOf } from "../../src/corpus/open-corpus-of.ts";
import { corpusOptions } from "../../src/corpus/options.ts";
import { writeSmallCorpus } from "../support/small-corpus.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-corpus-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("openCorpusOf", () => {
  it("opens shards by their manifest", async () => {
    const { manifestPath, manifest } = await writeSmallCorpus(folder);
    const corpus = await openCorpusOf(corpusOptions.parse({ manifest: manifestPath }));
    expect(corpus.manifest).toEqual(manifest);
    await corpus.close();
  });

  it("makes a synthetic one of its options", async () => {
    const corpus = await openCorpusOf(corpusOptions.parse({ kind: "synthetic", instances: 7 }));
    expect([corpus.instances, corpus.manifest.domains[0]!.name]).toEqual([1007, "synthetic"]);
    await corpus.close();
  });
});
