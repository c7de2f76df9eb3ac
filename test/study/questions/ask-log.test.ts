import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createDraws } from "../../../src/draws.ts";
import { type LedgerReader, openLedgerReader } from "../../../src/ledger/reader.ts";
import { askLog } from "../../../src/study/questions/ask-log.ts";
import { createCoverage } from "../../../src/study/questions/coverage.ts";
import { createInstanceStatistics } from "../../../src/study/questions/instance-statistics.ts";
import { createLossHistogram } from "../../../src/study/questions/loss-histogram.ts";
import { createMeanLoss } from "../../../src/study/questions/mean-loss.ts";
import { openSmall, quickFiles, rejection, temporaryFolder } from "../../support/ledger-on-disk.ts";
import { type LoggedRow, answerOf, cutLogs, loggedDomains, logOf } from "../../support/logged-rows.ts";

let folder: string;
let remove: () => void;
beforeEach(() => {
  ({ folder, remove } = temporaryFolder());
});
afterEach(() => remove());

/** Shards as generated rows have them. */
const shards = Array.from({ length: 6 }, (_, shard) => ({
  domain: shard % loggedDomains,
  blocks: [{ rows: 70 }, { rows: 70 }],
}));

/** Writes rows through a real ledger, masked losses and rows that were only scored among them; steps are numbered from 1.
 * Segments have a few steps; sealed, they have batches of 7 rows, which end within a step. */
const record = async (name: string, rows: readonly LoggedRow[], sealed: boolean): Promise<LedgerReader> => {
  const cut = { segmentBytes: 4000, batchRows: 7, sealed };
  const ledger = await openSmall(join(folder, name), { shards, nonFinite: "mask", cut });
  for (let step = 1; step <= (rows.at(-1)?.step ?? 0); step++) {
    const own = rows.filter((row) => row.step === step);
    const draws = createDraws(own.length);
    for (const [slot, { shard, row, domain }] of own.entries()) {
      draws.shard[slot] = shard;
      draws.row[slot] = row;
      draws.domain[slot] = domain;
      draws.probability[slot] = draws.base[slot] = 0.5;
    }
    ledger.expect(step, draws);
    ledger.report(
      step,
      Float32Array.from(own, ({ loss }) => loss),
    );
    const trained = own.map((_, slot) => (slot % 3 === 2 ? 0 : 1));
    await ledger.commit(step, { weights: new Float64Array(own.length).fill(1 / own.length), trained });
  }
  await ledger.close();
  return openLedgerReader(quickFiles, join(folder, name));
};

const few = logOf(
  [1, 0, 0, 2],
  [1, 1, 5, Number.NaN],
  [1, 2, 7, 3],
  [2, 0, 0, 1],
  [3, 3, 9, 2],
  [4, 0, 1, 2],
);

describe("asking a log", () => {
  it("gives every question every row once, in order, scored ones too, however the log is cut and sealed", async () => {
    let ledgers = 0;
    await fc.assert(
      fc.asyncProperty(cutLogs, fc.boolean(), async ({ rows }, sealed) => {
        const first = rows[0]?.step ?? 1;
        const renumbered = rows.map((row) => ({ ...row, step: row.step - first + 1 }));
        const reader = await record(String((ledgers += 1)), renumbered, sealed);
        const create = () =>
          [
            createMeanLoss(loggedDomains, 7),
            createLossHistogram(5),
            createCoverage(loggedDomains, 3),
            createInstanceStatistics(),
          ] as const;
        const asked = create();
        await askLog(reader, asked);
        const log = { rows: renumbered, cuts: [] };
        const [mean, histogram, coverage, instances] = create();
        expect(asked.map((question) => question.result())).toEqual([
          answerOf(mean, log),
          answerOf(histogram, log),
          answerOf(coverage, log),
          answerOf(instances, log),
        ]);
      }),
      { numRuns: 15 },
    );
  });

  it("reads the columns that are needed, of the steps that are asked for, and tells how far it is", async () => {
    const reader = await record("few", few.rows, true);
    const read: string[][] = [];
    const watched: Pick<LedgerReader, "batches"> = {
      batches(names, stepStart, stepEnd) {
        read.push([...names]);
        return reader.batches(names, stepStart, stepEnd);
      },
    };
    const mean = createMeanLoss(loggedDomains, 100);
    const told: number[] = [];
    await askLog(watched, [mean, createLossHistogram(10)], {
      stepStart: 2,
      stepEnd: 4,
      onStep: (step) => told.push(step),
    });
    expect(read).toEqual([["step", "domain", "loss"]]);
    expect([mean.result().count, told.at(-1)]).toEqual([Float64Array.of(2, 0, 0), 3]);
  });

  it("ends where the caller has had enough, or the log is damaged", async () => {
    const reader = await record("few", few.rows, true);
    const stopped = askLog(reader, [createLossHistogram(10)], {
      onStep: () => {
        throw new RangeError("enough");
      },
    });
    expect(await rejection(stopped)).toBe("RangeError: enough");
    const sealed = join(
      folder,
      "few",
      readdirSync(join(folder, "few")).find((name) => name.startsWith("sealed-"))!,
    );
    const bytes = readFileSync(sealed);
    // The losses 2 and NaN, side by side.
    bytes[bytes.indexOf(Uint8Array.of(0, 0, 0, 64, 0, 0, 192, 127))]! ^= 1;
    writeFileSync(sealed, bytes);
    const damaged = await rejection(askLog(reader, [createLossHistogram(10)]));
    expect(damaged).toMatch(/^LedgerError: .*sealed-000001\.arrows/);
  });
});
