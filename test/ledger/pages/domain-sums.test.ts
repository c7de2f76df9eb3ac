import { describe, expect, it } from "vitest";

import { DomainSums } from "../../../src/ledger/pages/domain-sums.ts";
import { Page } from "../../../src/ledger/pages/page.ts";

/** A page whose row r was visited once, with a loss of r + 1 at correction 1. */
const page = new Page(4);
for (let row = 0; row < 4; row++) page.visit(row, 1, row + 1, 1, 0.3);

describe("domain sums", () => {
  it("are kept by domain, and counted over all of them", () => {
    const sums = new DomainSums();
    sums.of(2).include(page, 0, 1);
    sums.of(0).include(page, 1, 1);
    sums.of(2).include(page, 3, 1);
    expect(sums.seen).toBe(3);
    expect(sums.meanOf(2, "lastLoss")).toEqual({ seen: 2, mean: 2.5 });
    expect(sums.meanOf(0, "emaLoss")).toEqual({ seen: 1, mean: 2 });
    sums.of(2).include(page, 3, -1);
    expect([sums.seen, sums.meanOf(2, "lastLoss").mean]).toEqual([2, 1]);
  });

  it("of a domain without rows are of nothing, and asking leaves none behind", () => {
    const sums = new DomainSums();
    expect(sums.meanOf(5, "lastLoss")).toEqual({ seen: 0, mean: Number.NaN });
    expect([sums.seen, sums.save()]).toEqual([0, {}]);
  });

  it("are saved in the order of domains, whatever came first, and go on from there", () => {
    const sums = new DomainSums();
    for (const domain of [10, 9, 0]) sums.of(domain).include(page, domain % 4, 1);
    const saved = sums.save();
    expect(Object.keys(saved)).toEqual(["0", "9", "10"]);
    expect(Object.keys(JSON.parse(JSON.stringify(saved)))).toEqual(["0", "9", "10"]);
    const restored = new DomainSums(JSON.parse(JSON.stringify(saved)));
    restored.of(9).include(page, 3, 1);
    expect(restored.seen).toBe(4);
    expect(restored.meanOf(9, "lastLoss")).toEqual({ seen: 2, mean: 3 });
    expect(sums.seen).toBe(3);
  });
});
