import fc from "fast-check";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { createDraws } from "../../../src/draws.ts";
import type { ScoresRecord } from "../../../src/study/score/scores-folder.ts";
import { summariseScores } from "../../../src/study/score/scores-summary.ts";
import { openSmall, quickFiles, temporaryFolder } from "../../support/ledger-on-disk.ts";

/** Two domains: 8 and 4 rows to train on, shards 0 and 1; 2 rows held out, of the first, shard 2. */
const recordOf = (batchSize: number, heldOut: boolean): ScoresRecord => ({
  formatVersion: 1,
  model: { path: "", sha256: "", layers: 1, heads: 1, width: 1, context: 1, vocabSize: 1, step: null },
  corpus: { manifest: "", fingerprint: "" },
  domains: [
    { name: "novel", rows: 8, heldOutRows: 2 },
    { name: "code", rows: 4, heldOutRows: 0 },
  ],
  batchSize,
  heldOut,
  engine: { kind: "onnx", backend: "cpu", threads: 1 },
});

const trainingRows = [8, 4].flatMap((rows, shard) =>
  Array.from({ length: rows }, (_, row) => ({ shard, row, domain: shard })),
);
const heldOutRows = [0, 1].map((row) => ({ shard: 2, row, domain: 0 }));

/** Writes the scores of the first rows, batch by batch; losses in the order of the rows. */
const write = async (folder: string, batchSize: number, losses: readonly number[]): Promise<void> => {
  const ledger = await openSmall(join(folder, "ledger"), { lag: 0, nonFinite: "mask" });
  let at = 0;
  for (const rows of [trainingRows, heldOutRows])
    for (let first = 0; first < rows.length && at < losses.length; first += batchSize) {
      const batch = rows.slice(first, Math.min(first + batchSize, first + losses.length - at));
      const draws = createDraws(batch.length);
      for (const [slot, { shard, row, domain }] of batch.entries()) {
        draws.shard[slot] = shard;
        draws.row[slot] = row;
        draws.domain[slot] = domain;
      }
      draws.probability.fill(1);
      draws.base.fill(1);
      const step = ledger.step + 1;
      ledger.expect(step, draws);
      ledger.report(step, losses.slice(at, at + batch.length));
      await ledger.commit(step, { weights: new Uint8Array(batch.length) });
      at += batch.length;
    }
  await ledger.close();
};

const meanOf = (losses: readonly number[]): number => {
  const finite = losses.filter((loss) => Number.isFinite(loss));
  return finite.reduce((sum, loss) => sum + loss, 0) / finite.length;
};

describe("a summary of scores", () => {
  it("has counts and means by domain, training rows and held-out rows apart, however far they are", async () => {
    const loss = fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 4096 }).map((n) => n / 256) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    );
    const losses = fc.array(loss, { minLength: 1, maxLength: 14, size: "max" });
    await fc.assert(
      fc.asyncProperty(losses, fc.integer({ min: 1, max: 9 }), async (all, batchSize) => {
        const { folder, remove } = temporaryFolder();
        await write(folder, batchSize, all);
        const summary = await summariseScores(quickFiles, folder, recordOf(batchSize, true));
        const parts = [all.slice(0, 8), all.slice(8, 12), all.slice(12, 14), []];
        expect(summary).toEqual(
          parts.map((own, at) => {
            const scored = own.filter((value) => Number.isFinite(value)).length;
            return {
              name: ["novel", "code"][at % 2],
              heldOut: at >= 2,
              rows: [8, 4, 2, 0][at],
              scored,
              notFinite: own.length - scored,
              loss: meanOf(own),
            };
          }),
        );
        remove();
      }),
      { numRuns: 30 },
    );
  });

  it("leaves held-out rows out where they are not scored", async () => {
    const { folder, remove } = temporaryFolder();
    await write(
      folder,
      5,
      Array.from({ length: 12 }, (_, row) => row),
    );
    const summary = await summariseScores(quickFiles, folder, recordOf(5, false));
    expect(summary.map(({ heldOut, scored, loss }) => [heldOut, scored, loss])).toEqual([
      [false, 8, 3.5],
      [false, 4, 9.5],
    ]);
    remove();
  });
});
