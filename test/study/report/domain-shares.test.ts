import { describe, expect, it } from "vitest";

import { checkConfig } from "../../../src/config/config.ts";
import type { Config, Pipeline } from "../../../src/config/schema.ts";
import { createManifest } from "../../../src/corpus/manifest.ts";
import { createDomainTotals, requestedShares } from "../../../src/study/report/domain-shares.ts";
import { plainParts } from "../../support/corpus-on-disk.ts";

const manifest = createManifest({ seqLen: 8, tokenDtype: "uint16", ...plainParts(2), shards: [] });
const configOf = (sampler: Pipeline["sampler"]): Config =>
  checkConfig({ steps: 10, corpus: { manifest: "/m.json" }, sampler });

describe("totals by domain", () => {
  it("count rows and sum weights that are numbers", () => {
    const totals = createDomainTotals(2);
    totals.add({
      size: 3,
      step: Uint32Array.of(1, 1, 1),
      domain: Uint16Array.of(1, 0, 1),
      weight: Float32Array.of(0.5, 0.25, Number.NaN),
    });
    expect(totals.result()).toEqual({ rows: Float64Array.of(1, 2), weight: Float64Array.of(0.25, 0.5) });
  });

  it("refuse a domain that the corpus does not have", () => {
    const rows = { size: 1, step: Uint32Array.of(7), domain: Uint16Array.of(2), weight: Float32Array.of(1) };
    expect(() => createDomainTotals(2).add(rows)).toThrow(
      "domain of a weight must be below 2, got 2 (step 7)",
    );
  });
});

describe("requested shares", () => {
  it("are those of the domains' rows where no mixture is configured", () => {
    expect(requestedShares(configOf({}), manifest, [30, 10], [], 5)).toEqual([0.75, 0.25]);
  });

  it("are the mean over the steps done of a mixture in stages, and of changes from outside", () => {
    const staged = configOf({
      mixture: [
        { fromStep: 1, weights: { "domain-0": 1 } },
        { fromStep: 6, weights: { "domain-1": 1 } },
      ],
    });
    expect(requestedShares(staged, manifest, [30, 10], [], 5)).toEqual([1, 0]);
    expect(requestedShares(staged, manifest, [30, 10], [], 10)[1]).toBeCloseTo(0.5, 12);
    const changes = [{ fromStep: 9, weights: { "domain-0": 1, "domain-1": 1 } }];
    expect(requestedShares(staged, manifest, [30, 10], changes, 10)[1]).toBeCloseTo(0.4, 12);
  });
});
