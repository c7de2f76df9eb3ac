import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import type { Plan } from "../../../src/corpus/prepare/plan.ts";
import { type Surveyed, readSurvey, writeSurvey } from "../../../src/corpus/prepare/survey-record.ts";
import { formatTokenizer } from "../../../src/corpus/tokenizer/tokenizer-file.ts";
import { createTokenizer } from "../../../src/corpus/tokenizer/tokenizer.ts";
import { createFiles } from "../../../src/files.ts";
import { folderWith } from "../../support/dataset-folder.ts";

const files = createFiles();
const plan: Plan = { key: "k", inputBytes: 0, parts: [] };
const tokenizer = createTokenizer(Uint32Array.of(97, 98));
const surveyed: Surveyed = {
  survey: { key: "k", tokenizerHash: tokenizer.hash, domains: [{ documents: 30, heldOutBound: 2 ** 31 }] },
  tokenizer,
};
const corpusFolder = async (): Promise<string> => {
  const out = await folderWith({ "prepared/x": "" });
  await writeSurvey(files, out, surveyed);
  return out;
};

describe("readSurvey", () => {
  it("gives back what was written", async () => {
    const read = await readSurvey(files, await corpusFolder(), plan);
    expect(read?.survey).toEqual(surveyed.survey);
    expect(read?.tokenizer.hash).toBe(tokenizer.hash);
  });

  it.each<[string, (out: string) => Promise<void>]>([
    ["the record is missing", (out) => rm(join(out, "prepared/survey.json"))],
    ["the tokenizer is missing", (out) => rm(join(out, "tokenizer.json"))],
    ["the tokenizer is damaged", (out) => writeFile(join(out, "tokenizer.json"), "{")],
    [
      "the tokenizer is another",
      (out) => writeFile(join(out, "tokenizer.json"), formatTokenizer(Uint32Array.of(1, 2))),
    ],
  ])("asks for a new survey when %s", async (_, damage) => {
    const out = await corpusFolder();
    await damage(out);
    expect(await readSurvey(files, out, plan)).toBeUndefined();
  });

  it("asks for a new survey for another plan", async () => {
    expect(await readSurvey(files, await corpusFolder(), { ...plan, key: "other" })).toBeUndefined();
  });
});
