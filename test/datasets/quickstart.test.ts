import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

import { prepareCorpus } from "../../src/corpus/prepare/prepare.ts";
import { folderWith } from "../support/dataset-folder.ts";

const dataset = fileURLToPath(new URL("../../datasets/quickstart/dataset.yaml", import.meta.url));

describe("datasets/quickstart", () => {
  it("gives the same corpus on every machine: five domains, none small, a million tokens, four windows a pass", async () => {
    const out = join(await folderWith({}), "quickstart");
    const { manifest } = await prepareCorpus({ dataset, out, workers: 2 });
    expect(manifest.domains.map(({ name }) => name)).toEqual([
      "novel",
      "speeches",
      "code",
      "declarations",
      "markdown",
    ]);
    for (const { bytes, heldOutBytes, heldOutTokens } of manifest.domains) {
      expect(bytes + heldOutBytes).toBeGreaterThan(400_000);
      expect(heldOutTokens).toBeGreaterThan(9000);
    }
    const bytes = manifest.domains.reduce((sum, domain) => sum + domain.bytes + domain.heldOutBytes, 0);
    expect(bytes).toBeGreaterThan(3_000_000);
    expect(bytes).toBeLessThan(3_200_000);
    const tokens = manifest.domains.reduce((sum, domain) => sum + domain.tokens, 0);
    expect(Math.abs(tokens - 1_000_000)).toBeLessThan(50_000);
    expect([manifest.seqLen, manifest.tokenizer.vocabSize]).toEqual([128, 2048]);
    // Golden: another tokenizer, split or packing gives another corpus, and every figure in the README changes.
    expect(manifest.fingerprint).toBe("2fc2758c115f1b3157c87baa7b935996bd9f9880464fb30511e9fdf41c1aa532");
    // A block count of 16 makes four windows of four blocks a pass.
    const heldOut = new Set(manifest.heldOut.map(({ shard }) => shard));
    const training = manifest.shards.filter((_, shard) => !heldOut.has(shard));
    expect(training.map(({ blocks }) => blocks.length)).toEqual([16, 16, 16, 16, 16]);
    for (const { blocks } of training) {
      const rows = blocks.map(({ rows: each }) => each);
      expect(Math.min(...rows) / Math.max(...rows)).toBeGreaterThan(0.5);
    }
  });
});
