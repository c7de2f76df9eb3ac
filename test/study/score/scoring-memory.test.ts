import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { checkConfig } from "../../../src/config/config.ts";
import type { Config } from "../../../src/config/schema.ts";
import type { Manifest } from "../../../src/corpus/manifest.ts";
import { gigabytes } from "../../../src/study/memory/run-memory.ts";
import { checkScoringFits, scoringBytes } from "../../../src/study/score/scoring-memory.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

const sizes = { layers: 2, heads: 2, width: 16, context: 24, vocabSize: 61, biases: true };
let folder: string;
let manifest: Manifest;
let config: Config;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-scoring-memory-"));
  const corpus = await writeSmallCorpus(join(folder, "corpus"), { seqLen: 16, vocabSize: 61 });
  ({ manifest } = corpus);
  config = checkConfig({ steps: 1, corpus: { manifest: corpus.manifestPath }, training: { batchSize: 64 } });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("memory for scoring", () => {
  it("is the process, three blocks, the ledger's pages, and the model's", () => {
    const one = scoringBytes(sizes, 1, config, manifest)!;
    const perLayer = 12 * 16 * 16 + 13 * 16;
    const parameters = 61 * 16 + 24 * 16 + 2 * perLayer + 2 * 16;
    const known = 180e6 + 3 * 4 * 16 * 2 + 28 * 76 + 8 * parameters;
    expect(one).toBeGreaterThan(known);
    expect(one).toBeLessThan(known + 3e6);
    expect(scoringBytes(sizes, 64, config, manifest)!).toBeGreaterThan(one);
    const engine = { kind: "tfjs", backend: "cpu" } as const;
    expect(scoringBytes(sizes, 1, { ...config, engine }, manifest)).toBeUndefined();
  });

  it("may be all there is, and where it is more, the batch that would fit is named", () => {
    const needed = scoringBytes(sizes, 64, config, manifest)!;
    expect(() => checkScoringFits(sizes, config, manifest, needed)).not.toThrow();
    const limit = scoringBytes(sizes, 20, config, manifest)!;
    const refusal = (bytes: number): object => {
      try {
        checkScoringFits(sizes, config, manifest, bytes);
      } catch (error) {
        const { message, hint } = error as { message: string; hint: string };
        return { message, hint };
      }
      return {};
    };
    expect(refusal(limit)).toEqual({
      message: `estimated memory must be at most the ${gigabytes(limit)} there are here, got ${gigabytes(needed)}`,
      hint: "score fewer rows at once: --batch-size 16",
    });
    expect(refusal(1e6)).toMatchObject({ hint: "score with a smaller model, or where there is more memory" });
    const engine = { kind: "tfjs", backend: "cpu" } as const;
    expect(() => checkScoringFits(sizes, { ...config, engine }, manifest, 1e6)).not.toThrow();
  });
});
