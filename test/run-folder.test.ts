import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { checkConfig } from "../src/config/config.ts";
import { createFiles } from "../src/files.ts";
import {
  checkIsRun,
  checkNoRun,
  openMetrics,
  placesOf,
  readMetrics,
  readRunConfig,
  writeRunConfig,
} from "../src/run-folder.ts";

const files = createFiles();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const config = checkConfig({ steps: 5, corpus: { manifest: "m.json" } });

describe("a run's folder", () => {
  it("keeps the resolved configuration", async () => {
    await checkNoRun(files, folder);
    await writeRunConfig(files, folder, config);
    expect(await readRunConfig(files, folder)).toEqual(config);
    await expect(checkNoRun(files, folder)).rejects.toThrow("there is a run in this folder already");
  });

  it("is not one of scores, which may hold a configuration too", async () => {
    await checkIsRun(files, folder);
    writeFileSync(placesOf(folder).scores, "{}");
    for (const check of [checkIsRun, checkNoRun])
      await expect(check(files, folder)).rejects.toMatchObject({
        message: `the folder must be a run's, got the scores of a model (${folder})`,
        hint: expect.stringContaining("scores are a reference for a run (ledger.reference)"),
      });
  });

  it("names a config.json that is not JSON, or not a pipeline", async () => {
    const path = placesOf(folder).config;
    writeFileSync(path, "{");
    await expect(readRunConfig(files, folder)).rejects.toThrow(`the run's config.json is not JSON (${path})`);
    writeFileSync(path, "{}");
    await expect(readRunConfig(files, folder)).rejects.toThrow(
      `steps must be a number, got nothing (steps, ${path})`,
    );
  });

  it("starts metrics.jsonl with the lines that still hold, and grows by a line a step", async () => {
    writeFileSync(placesOf(folder).metrics, "old\n");
    const metrics = await openMetrics(files, folder, [{ step: 1, loss: 2 }]);
    await metrics.add({ step: 2, loss: 1 });
    await metrics.close();
    expect(readFileSync(placesOf(folder).metrics, "utf8")).toBe('{"step":1,"loss":2}\n{"step":2,"loss":1}\n');
  });

  it("has nothing but the first evaluation to read back before the first step", async () => {
    const evaluations = [{ step: 0, heldOut: {} }];
    expect(await readMetrics(files, placesOf(folder).ledger, 0, evaluations)).toEqual(evaluations);
  });
});
