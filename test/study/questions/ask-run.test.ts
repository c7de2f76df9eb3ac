import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openCorpusOf } from "../../../src/corpus/open-corpus-of.ts";
import { type RunAnswers, askRun } from "../../../src/study/questions/ask-run.ts";
import { findDuplicates } from "../../../src/study/questions/duplicates.ts";
import type { RecordedRun } from "../../../src/study/replay/recorded-run.ts";
import { rejection } from "../../support/ledger-on-disk.ts";
import { type LoggedRow, visitsOf } from "../../support/logged-rows.ts";
import { observationsOf, pipelineOver, record, reopen, rollBack } from "../../support/recorded-runs.ts";
import { fallingTrainer, recordFalling } from "../../support/report-runs.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-ask-run-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  await record(join(folder, "run"), pipelineOver(manifestPath, { steps: 30 }));
  await rollBack(join(folder, "run"), 20, 24);
  const weighing = { strategy: "linupper", nonFinite: "mask" } as const;
  await recordFalling(
    join(folder, "masked"),
    pipelineOver(manifestPath, { weighing, steps: 24 }),
    fallingTrainer(true, true),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rowsOf = async (run: RecordedRun): Promise<LoggedRow[]> =>
  (await observationsOf(run)).flatMap(({ size, step, shard, row, domain, loss }) =>
    Array.from({ length: size }, (_, slot) => ({
      step: step[slot]!,
      shard: shard[slot]!,
      row: row[slot]!,
      domain: domain[slot]!,
      loss: loss[slot]!,
    })),
  );

const everything = {
  stepsPerBucket: 10,
  hardest: 4,
  noisiest: 4,
  forgotten: 4,
  neverVisited: 2,
  duplicates: 3,
} as const;

/** Answers of a run against objects made of its rows. */
const compare = (answers: RunAnswers, rows: readonly LoggedRow[], run: RecordedRun): void => {
  const last = run.ledger.lastStep;
  const visits = visitsOf(rows);
  const byName = ({ shard, row }: { shard: number; row: number }): LoggedRow[] =>
    visits.get(`${shard}:${row}`) ?? [];
  const highest = (scoreOf: (own: readonly LoggedRow[]) => number): number[] =>
    [...visits.values()].map(scoreOf).toSorted((a, b) => b - a);

  const { count, masked } = answers.meanLoss!;
  const finite = rows.filter(({ loss }) => Number.isFinite(loss)).length;
  expect([count, masked].map((cells) => cells.reduce((sum, cell) => sum + cell))).toEqual([
    finite,
    rows.length - finite,
  ]);

  const recent = highest((own) => (own.at(-1)!.step > last / 2 ? own.at(-1)!.loss : -1));
  expect(answers.hardest!.map(({ lastLoss }) => lastLoss)).toEqual(recent.slice(0, 4));
  for (const instance of answers.hardest!) expect(byName(instance).at(-1)!.loss).toBe(instance.lastLoss);
  for (const instance of answers.noisiest!) {
    expect(instance.visits).toBe(byName(instance).length);
    expect(instance.visits).toBeGreaterThanOrEqual(3);
  }
  const forgetting = highest((own) => own.at(-1)!.loss - Math.min(...own.map(({ loss }) => loss)));
  expect(answers.forgotten!.map((instance) => instance.forgetting)).toEqual(
    forgetting.filter((nats) => nats > 0).slice(0, 4),
  );

  expect(answers.neverVisited!.map(({ instances, neverVisited }) => instances - neverVisited)).toEqual(
    [0, 1].map((domain) => [...visits.values()].filter(([first]) => first!.domain === domain).length),
  );
  for (const { sample } of answers.neverVisited!)
    for (const instance of sample) expect(byName(instance)).toEqual([]);
};

describe("the usual questions", () => {
  it.each(["run", "masked"])("are answered as the rows of the log say: %s", async (name) => {
    const run = await reopen(join(folder, name));
    const answers = await askRun(run, everything);
    expect([answers.branch, answers.steps]).toEqual([
      run.ledger.branch,
      { first: 1, last: run.ledger.lastStep },
    ]);
    compare(answers, await rowsOf(run), run);
    const corpus = await openCorpusOf(run.config.corpus);
    expect(answers.duplicates).toEqual(await findDuplicates(corpus, run.blocks, { most: 3 }));
    await corpus.close();
  });

  it("are answered of an abandoned branch, and of what a log has kept", async () => {
    const abandoned = await reopen(join(folder, "run"), { branch: 0 });
    const answers = await askRun(abandoned, everything);
    expect([answers.branch, answers.steps.last]).toEqual([0, 30]);
    compare(answers, await rowsOf(abandoned), abandoned);

    const kept = { ...abandoned, ledger: { ...abandoned.ledger, firstStep: 13 } };
    const late = await askRun(kept, everything);
    expect(late.steps).toEqual({ first: 13, last: 30 });
    compare(
      late,
      (await rowsOf(abandoned)).filter(({ step }) => step >= 13),
      kept,
    );
  });

  it("are answered only where they are asked, the log read only where it must be", async () => {
    const run = await reopen(join(folder, "run"));
    const unread: RecordedRun = {
      ...run,
      ledger: {
        ...run.ledger,
        batches: () => {
          throw new RangeError("the log was read");
        },
      },
    };
    const nothing = {
      branch: 1,
      steps: { first: 1, last: 24 },
      meanLoss: null,
      hardest: null,
      noisiest: null,
      forgotten: null,
      neverVisited: null,
      duplicates: null,
    };
    expect(await askRun(unread, {})).toEqual(nothing);
    expect(await askRun(unread, { duplicates: 0 })).toMatchObject({
      ...nothing,
      duplicates: { largest: [] },
    });
    expect(await rejection(askRun(unread, { hardest: 1 }))).toBe("RangeError: the log was read");
    expect(await askRun(run, { noisiest: 1 })).toMatchObject({ ...nothing, noisiest: [{}] });
  });

  it("tell how far they are, and end where the caller has had enough", async () => {
    const run = await reopen(join(folder, "run"));
    const told: [string, number, number][] = [];
    await askRun(run, everything, (...words) => told.push(words));
    expect(told.filter(([unit]) => unit === "steps").at(-1)).toEqual(["steps", 24, 24]);
    const [unit, done, all] = told.at(-1)!;
    expect([unit, done]).toEqual(["instances", all]);
    expect(all).toBeGreaterThanOrEqual(run.blocks.instances);
    for (const unit of ["steps", "instances"]) {
      const asked = askRun(run, everything, (of) => {
        if (of === unit) throw new RangeError(unit);
      });
      expect(await rejection(asked)).toBe(`RangeError: ${unit}`);
    }
  });

  it("have answers where no step was taken", async () => {
    const run = await reopen(join(folder, "run"));
    const fresh: RecordedRun = {
      ...run,
      ledger: { ...run.ledger, lastStep: 0, async *batches() {} },
    };
    const { steps, meanLoss, hardest, neverVisited } = await askRun(fresh, everything);
    expect([steps, meanLoss!.buckets, hardest]).toEqual([{ first: 0, last: 0 }, 0, []]);
    expect(neverVisited!.map((domain) => domain.neverVisited)).toEqual([40, 24]);
  });
});
