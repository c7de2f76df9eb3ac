import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { readEvaluations } from "../../../src/study/report/evaluations.ts";
import { quickFiles } from "../../support/ledger-on-disk.ts";

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-evaluations-"));
  path = join(folder, "metrics.jsonl");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const evaluation = (step: number, loss: number | null) =>
  `${JSON.stringify({ step, heldOut: { novel: { rows: 4, loss } } })}\n`;

describe("evaluations", () => {
  it("are those up to a step, between the records of steps; null is a loss that was not finite", async () => {
    writeFileSync(path, `${evaluation(0, 7)}{"step":1,"loss":5}\n${evaluation(1, null)}${evaluation(9, 3)}`);
    expect(await readEvaluations(quickFiles, path, 5)).toEqual([
      { step: 0, heldOut: { novel: { rows: 4, loss: 7 } } },
      { step: 1, heldOut: { novel: { rows: 4, loss: Number.NaN } } },
    ]);
  });

  it("do without the file, and without a last line that a crash left", async () => {
    expect(await readEvaluations(quickFiles, join(folder, "none.jsonl"), 5)).toEqual([]);
    writeFileSync(path, `${evaluation(0, 7)}{"step":1,"hel`);
    expect(await readEvaluations(quickFiles, path, 5)).toHaveLength(1);
  });

  it("name the line that is no record", async () => {
    writeFileSync(path, `${evaluation(0, 7)}oops\n`);
    await expect(readEvaluations(quickFiles, path, 5)).rejects.toMatchObject({
      message: `a line of metrics.jsonl is no record (${path}:2)`,
      hint: "remove the file: a report does without it, and resuming the run writes it anew",
    });
  });
});
