import { describe, expect, it } from "vitest";

import { benchTable } from "../../src/bin/bench-table.ts";
import type { Figure } from "../../src/study/benchmark/benchmark.ts";

const figure = (name: string, instances: number, median: number, more: Partial<Figure> = {}): Figure => ({
  name,
  instances,
  unit: "rows",
  perSecond: { median, lowest: median / 2, highest: median * 1.1 },
  rounds: 3,
  floor: { name: "sum", perSecond: 4 * median },
  ratio: { median: 0.25, lowest: 0.2, highest: 0.3 },
  ...more,
});

describe("benchTable", () => {
  it("shows rates with their spread, floors, ratios, tokens and bytes", () => {
    const batch = { tokensPerSecond: 1e9, bytesReadPerByteUsed: 1.018 };
    const figures = [
      figure("order", 10_000, 5e6),
      figure("batch", 10_000, 2e6, batch),
      figure("order", 2500, 3e6),
      figure("batch", 2500, 1e6, batch),
    ];
    const floors = [
      {
        name: "sum",
        instances: 10_000,
        unit: "rows",
        perSecond: { median: 2e9, lowest: 2e9, highest: 2e9 },
        rounds: 1,
      },
    ];
    const settings = { seqLen: 512, batchSize: 256, domains: 4 };
    expect(benchTable({ settings, figures, floors })).toBe(
      [
        "a second, by instances         10^4       2.50 k",
        "order: rows             5.00 M ±50%  3.00 M ±50%",
        "batch: rows             2.00 M ±50%  1.00 M ±50%",
        "",
        "the machine's floor, a second    10^4",
        "sum: rows                      2.00 G",
        "",
        "times its floor  10^4  2.50 k",
        "order / sum      0.25    0.25",
        "batch / sum      0.25    0.25",
        "",
        "tokens a second    10^4  2.50 k",
        "batch            1.00 G  1.00 G",
        "",
        "bytes read per byte used  10^4  2.50 k",
        "batch                     1.02    1.02",
        "",
      ].join("\n"),
    );
  });
});
