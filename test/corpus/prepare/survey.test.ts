import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { type DatasetSource, readDataset } from "../../../src/corpus/prepare/dataset-file.ts";
import { shareBound } from "../../../src/corpus/prepare/held-out.ts";
import { findInputs, hashInputs } from "../../../src/corpus/prepare/inputs.ts";
import { type Plan, planCorpus } from "../../../src/corpus/prepare/plan.ts";
import { type PrepareProgress, createProgress } from "../../../src/corpus/prepare/progress.ts";
import { makeSurvey } from "../../../src/corpus/prepare/survey.ts";
import type { Surveyed } from "../../../src/corpus/prepare/survey-record.ts";
import { openWorkerPool } from "../../../src/corpus/prepare/worker-pool.ts";
import { createFiles } from "../../../src/files.ts";
import { jsonLines, smallDataset, smallDatasetFolder } from "../../support/dataset-folder.ts";

const files = createFiles();
const planOf = async (folder: string): Promise<{ source: DatasetSource; plan: Plan }> => {
  const source = await readDataset(files, join(folder, "dataset.yaml"));
  const inputs = await hashInputs(
    files,
    source,
    await findInputs(files, source),
    createProgress(() => {}),
  );
  return { source, plan: planCorpus(source.dataset, inputs) };
};
const surveyOf = async (
  folder: string,
  onProgress: (progress: PrepareProgress) => void = () => {},
): Promise<Surveyed> => {
  const { source, plan } = await planOf(folder);
  const pool = openWorkerPool(2);
  try {
    return await makeSurvey(source, plan, pool, createProgress(onProgress));
  } finally {
    await pool.close();
  }
};

describe("makeSurvey", () => {
  it("counts documents by domain, bounds the held-out share and trains the tokenizer", async () => {
    const reports: PrepareProgress[] = [];
    const { survey, tokenizer } = await surveyOf(await smallDatasetFolder(), (report) =>
      reports.push(report),
    );
    expect(survey.domains[1]).toEqual({ documents: 500, heldOutBound: shareBound(0.1) });
    expect(survey.domains[0]!.documents).toBeGreaterThan(50);
    expect([tokenizer.kind, tokenizer.vocabSize, tokenizer.hash]).toEqual(["bpe", 300, survey.tokenizerHash]);
    const done = reports.filter(({ bytesDone, bytesTotal }) => bytesDone === bytesTotal);
    expect(done.map(({ phase }) => phase)).toEqual(["survey", "tokenizer"]);
  });

  it("holds out the document of least hash where the share would hold out none", async () => {
    const dataset = smallDataset.replace("heldOut: 0.1", "heldOut: 0.0000001");
    const { survey } = await surveyOf(await smallDatasetFolder({ "dataset.yaml": dataset }));
    for (const domain of survey.domains) expect(domain.heldOutBound).toBeGreaterThan(shareBound(0.0000001));
  });

  it("refuses a domain of fewer than 20 documents, by key path and line", async () => {
    const folder = await smallDatasetFolder({ "one.jsonl": jsonLines(12, 1), "two.jsonl": jsonLines(7, 2) });
    await expect(surveyOf(folder)).rejects.toMatchObject({
      message: `number of documents in domain lines must be at least 20, got 19 (domains.lines, ${folder}/dataset.yaml:11)`,
      hint: "add texts, or join it with another domain",
    });
  });

  it("refuses a vocabulary that the text cannot fill", async () => {
    const dataset = smallDataset.replace("vocabSize: 300", "vocabSize: 20000");
    const folder = await smallDatasetFolder({ "dataset.yaml": dataset });
    await expect(surveyOf(folder)).rejects.toThrow(
      /^tokenizer.vocabSize must be at most \d+ for this little text, got 20000 \(tokenizer.vocabSize\)$/,
    );
  });

  it("trains on a sample of a large text", async () => {
    const dataset = smallDataset.replace("vocabSize: 300", "vocabSize: 300, trainBytes: 100000");
    const sampled = await surveyOf(await smallDatasetFolder({ "dataset.yaml": dataset }));
    const whole = await surveyOf(await smallDatasetFolder());
    expect(sampled.tokenizer.vocabSize).toBe(300);
    expect(sampled.tokenizer.hash).not.toBe(whole.tokenizer.hash);
  });

  it("has no merges for the tokenizer of bytes", async () => {
    const dataset = smallDataset.replace("{ kind: bpe, vocabSize: 300 }", "{ kind: bytes }");
    const { tokenizer } = await surveyOf(await smallDatasetFolder({ "dataset.yaml": dataset }));
    expect([tokenizer.kind, tokenizer.vocabSize]).toEqual(["bytes", 257]);
  });
});
