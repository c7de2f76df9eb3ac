import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type RedrawnStep, openRedraw } from "../../../src/study/replay/redraw.ts";
import { quickFiles } from "../../support/ledger-on-disk.ts";
import { pipelineOver, record, reopen } from "../../support/recorded-runs.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let manifest: string;
const windowsOpened: number[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-redraw-"));
  ({ manifestPath: manifest } = await writeSmallCorpus(join(folder, "corpus")));
  await record(join(folder, "run"), pipelineOver(manifest), ({ stages: { ledger } }) => {
    const statistics = ledger.statistics.bind(ledger);
    ledger.statistics = (...asked) => {
      windowsOpened.push(asked[2]);
      return statistics(...asked);
    };
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const redrawn = async (changes: object = {}, keepsLosses = false, name = "run") => {
  const run = await reopen(join(folder, name));
  const config = { ...run.config, ...changes };
  const redraw = await openRedraw(
    { files: quickFiles, run, config, scratchPath: join(folder, "scratch") },
    keepsLosses,
  );
  const steps: RedrawnStep[] = [];
  const known: number[] = [];
  for await (const step of redraw.steps()) {
    steps.push(step);
    known.push(await redraw.losses.lastLoss(step.observed.shard[0]!, step.observed.row[0]!));
  }
  await redraw.close();
  return { steps, known, windows: redraw.windows(), reference: redraw.reference };
};

describe("draws made again", () => {
  it("are those of the run, from as many windows", async () => {
    const { steps, windows } = await redrawn();
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, step) => step + 1));
    for (const { draws, observed } of steps) {
      expect(draws.row).toEqual(observed.row);
      expect(draws.probability).toEqual(observed.probability);
    }
    expect(windowsOpened.length).toBeGreaterThan(50);
    expect(windows).toBe(windowsOpened.length);
  });

  it("are those of a run with a reference, and others without it", async () => {
    const ledger = { reference: join(folder, "run") };
    await record(join(folder, "excess"), pipelineOver(manifest, { seed: "excess", ledger }));
    const { steps, reference } = await redrawn({}, false, "excess");
    expect(reference?.step).toBe(60);
    for (const { draws, observed } of steps) {
      expect(draws.row).toEqual(observed.row);
      expect(draws.probability).toEqual(observed.probability);
    }
    const { config } = await reopen(join(folder, "excess"));
    const without = await redrawn({ ledger: { ...config.ledger, reference: null } }, false, "excess");
    expect(without.reference).toBeNull();
    expect(without.steps.some(({ draws, observed }) => draws.row.join() !== observed.row.join())).toBe(true);
  });

  it("leave nothing of the reference behind when the sampler cannot be made", async () => {
    const run = await reopen(join(folder, "excess"));
    const config = { ...run.config, sampler: { ...run.config.sampler, mixture: { nowhere: 1 } } };
    const scratchPath = join(folder, "scratch");
    await expect(openRedraw({ files: quickFiles, run, config, scratchPath })).rejects.toThrow("nowhere");
    expect(readdirSync(folder).toSorted()).toEqual(["corpus", "excess", "run"]);
  });

  it("are others for another seed", async () => {
    const { steps } = await redrawn({ seed: "another" });
    expect(steps.filter(({ draws, observed }) => draws.row.join() === observed.row.join())).toEqual([]);
  });

  it("know losses of earlier steps only, and none for a uniform sampler that is not asked to keep them", async () => {
    const run = await reopen(join(folder, "run"));
    const uniform = { sampler: { ...run.config.sampler, kind: "uniform" } };
    expect((await redrawn(uniform)).known.every(Number.isNaN)).toBe(true);
    const { known, steps } = await redrawn(uniform, true);
    const last = new Map<string, number>();
    for (const [at, { observed }] of steps.entries()) {
      expect(known[at]).toBe(last.get(`${observed.shard[0]}:${observed.row[0]}`) ?? Number.NaN);
      observed.loss.forEach((loss, slot) => last.set(`${observed.shard[slot]}:${observed.row[slot]}`, loss));
    }
    expect(known.some((loss) => !Number.isNaN(loss))).toBe(true);
  });
});
