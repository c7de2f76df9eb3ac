import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { createDraws } from "../../../src/draws.ts";
import { createFiles } from "../../../src/files.ts";
import { openLedgerReader } from "../../../src/ledger/reader.ts";
import { lossOf, lossesOf, openLedgerCases } from "../../../src/study/benchmark/ledger-cases.ts";
import { planOf } from "../../../src/study/benchmark/plan.ts";
import { inFolder } from "../../support/corpus-on-disk.ts";

const files = createFiles();

describe("lossOf", () => {
  it("is in [1, 5) and spread over rows", () => {
    const losses = Array.from({ length: 4000 }, (_, row) => lossOf(3, row));
    expect(Math.min(...losses)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...losses)).toBeLessThan(5);
    const quarters = [0, 0, 0, 0];
    for (const loss of losses) quarters[Math.floor(loss - 1)]!++;
    for (const rows of quarters) expect(Math.abs(rows - 1000)).toBeLessThan(200);
  });

  it("depends on the shard", () => {
    const draws = { ...createDraws(2), shard: Uint32Array.of(0, 1), row: Uint32Array.of(9, 9) };
    const [first, second] = lossesOf(draws);
    expect(first).not.toBe(second);
  });
});

describe("openLedgerCases", () => {
  it("makes every step that it times durable, and writes as many bytes for the floor", () =>
    inFolder(async (folder) => {
      const { cases, close } = await openLedgerCases(files, folder, planOf(10_000));
      for (const one of cases) {
        await one.prepare!();
        await one.run();
      }
      const bare = await files.byteLength(join(folder, "bare"));
      await close();
      const reader = await openLedgerReader(files, join(folder, "ledger"));
      const rows: number[] = [];
      for await (const { size } of reader.observations()) rows.push(size);
      // 64 steps to learn their bytes, 16 one at a time, 64 in groups; the floors 16 and 64 alike.
      expect(rows).toEqual(Array.from({ length: 144 }, () => 256));
      const ours = await Promise.all(
        (await files.list(join(folder, "ledger"))).map((name) =>
          files.byteLength(join(folder, "ledger", name)),
        ),
      );
      const perStep = ours.reduce((sum, bytes) => sum + bytes, 0) / 144;
      expect(Math.abs(bare / 80 / perStep - 1)).toBeLessThan(0.05);
      expect(cases.filter(({ floor }) => floor !== undefined).map(({ floor }) => floor)).toEqual(
        cases.filter(({ floor }) => floor === undefined).map(({ name }) => name),
      );
    }));
});
