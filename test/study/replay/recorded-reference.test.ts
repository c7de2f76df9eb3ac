import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openRun } from "../../../src/run.ts";
import { openRecordedReference } from "../../../src/study/replay/recorded-reference.ts";
import { quickFiles, rejection } from "../../support/ledger-on-disk.ts";
import { pipelineOver, record, reopen, scriptedTrainer } from "../../support/recorded-runs.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let run: Awaited<ReturnType<typeof reopen>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-recorded-reference-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  const reference = join(folder, "reference");
  await record(reference, pipelineOver(manifestPath, { steps: 10 }));
  await record(join(folder, "other"), pipelineOver(manifestPath, { steps: 7, seed: "other" }));
  await record(join(folder, "run"), pipelineOver(manifestPath, { steps: 4, ledger: { reference } }));
  const overrides = ["steps=20"];
  const later = { dir: reference, overrides, trainer: scriptedTrainer(), files: quickFiles };
  await (await openRun(undefined, { ...later, from: "latest" })).start();
  run = await reopen(join(folder, "run"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (changes: { ledger?: object; sampler?: object } = {}) =>
  openRecordedReference(
    quickFiles,
    run,
    {
      ...run.config,
      ledger: { ...run.config.ledger, ...changes.ledger },
      sampler: { ...run.config.sampler, ...changes.sampler },
    },
    join(folder, "scratch"),
  );

describe("a past run's reference", () => {
  it("is read as it stood when the run began, though it has gone on since", async () => {
    const reference = await open();
    expect(reference!.position).toEqual(run.ledger.origin.reference);
    expect(reference!.position.step).toBe(10);
    await reference!.close();
  });

  it("is another one's newest state where the question names another", async () => {
    const reference = await open({ ledger: { reference: join(folder, "other") } });
    expect(reference!.position.step).toBe(7);
    await reference!.close();
  });

  it("is none where there is none, and where losses decide nothing", async () => {
    expect(await open({ ledger: { reference: null } })).toBeUndefined();
    expect(await open({ sampler: { kind: "uniform" } })).toBeUndefined();
  });

  it("may have moved, if it is the same", async () => {
    const moved = join(folder, "moved");
    renameSync(join(folder, "reference"), moved);
    expect(await rejection(open())).toContain("ConfigError: there is no ledger to refer to");
    run = await reopen(join(folder, "run"), { reference: moved });
    const reference = await open();
    expect(reference!.position.step).toBe(10);
    await reference!.close();
    run = await reopen(join(folder, "run"), { reference: join(folder, "other") });
    expect(await rejection(open())).toContain(
      "the reference must be the one that the run was started with, step 10 of branch 0",
    );
    expect(await rejection(reopen(moved, { reference: folder }))).toBe(
      "ConfigError: a run without a reference has none to look for elsewhere (ledger.reference)",
    );
  });
});
