import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { type Slice } from "../../../src/corpus/prepare/slice.ts";
import { type SurveyTask, survey } from "../../../src/corpus/prepare/tasks.ts";
import { openWorkerPool } from "../../../src/corpus/prepare/worker-pool.ts";
import { ConfigError, SourceError } from "../../../src/errors.ts";
import { folderWith, jsonLines } from "../../support/dataset-folder.ts";

const sliceOf = (folder: string, name: string): Slice => ({
  path: join(folder, name),
  format: "jsonl",
  start: 0,
  end: 10,
});
const taskOf = (folder: string, name: string): SurveyTask => ({
  kind: "survey",
  slice: { ...sliceOf(folder, name), end: 10_000 },
  heldOutBound: 0,
  sampleBound: 2 ** 32,
});

describe("openWorkerPool", () => {
  it("runs more tasks than it has threads, each as it would run here", async () => {
    const names = Array.from({ length: 9 }, (_, index) => `${index}.jsonl`);
    const folder = await folderWith(
      Object.fromEntries(names.map((name, index) => [name, jsonLines(5 + index, index)])),
    );
    const pool = openWorkerPool(2);
    const results = await Promise.all(names.map((name) => pool.survey(taskOf(folder, name))));
    expect(results).toEqual(await Promise.all(names.map((name) => survey(taskOf(folder, name)))));
    await pool.close();
  });

  it("passes a thread's error on as what it is, and goes on", async () => {
    const folder = await folderWith({ "bad.jsonl": "{\n", "good.jsonl": jsonLines(3) });
    const pool = openWorkerPool(1);
    const bad: unknown = await pool.survey(taskOf(folder, "bad.jsonl")).catch((error: unknown) => error);
    expect(bad).toBeInstanceOf(ConfigError);
    expect(bad).toMatchObject({
      message: `line must be a JSON object with a string under text (${folder}/bad.jsonl, offset 0)`,
      hint: 'write each document on one line: {"text": "…"}',
    });
    await expect(pool.survey(taskOf(folder, "none.jsonl"))).rejects.toBeInstanceOf(SourceError);
    expect((await pool.survey(taskOf(folder, "good.jsonl"))).documents).toBe(3);
    await pool.close();
  });

  it("fails what is running, waiting and yet to come when it is closed", async () => {
    const folder = await folderWith({ "a.jsonl": jsonLines(2000) });
    const pool = openWorkerPool(1);
    const tasks = [pool.survey(taskOf(folder, "a.jsonl")), pool.survey(taskOf(folder, "a.jsonl"))];
    const settled = Promise.allSettled(tasks);
    await pool.close(new RangeError("stopped"));
    for (const result of await settled) expect(result).toMatchObject({ reason: { message: "stopped" } });
    await expect(pool.survey(taskOf(folder, "a.jsonl"))).rejects.toThrow("stopped");
  });
});
