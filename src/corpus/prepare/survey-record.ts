/** @file What the first pass over the text found out, on disk: a restart goes on from it. */
import { join } from "node:path";
import { z } from "zod";

import { ConfigError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { formatTokenizer } from "../tokenizer/tokenizer-file.ts";
import { type Tokenizer, loadTokenizer } from "../tokenizer/tokenizer.ts";
import { readRecord, writeRecord } from "./part-record.ts";
import type { Plan } from "./plan.ts";

/** The tokenizer's file in the corpus' folder. */
export const tokenizerName = "tokenizer.json";

/** What the first pass found out about a domain. */
export interface DomainSurvey {
  readonly documents: number;
  /** Documents whose hash is below are held out. */
  readonly heldOutBound: number;
}

/** What the first pass found out. */
export interface CorpusSurvey {
  readonly key: string;
  readonly tokenizerHash: string;
  /** By domain number. */
  readonly domains: readonly DomainSurvey[];
}

const schema: z.ZodType<CorpusSurvey> = z.strictObject({
  key: z.string(),
  tokenizerHash: z.string(),
  domains: z.array(z.strictObject({ documents: z.int(), heldOutBound: z.number() })),
});

/** The survey's result and its tokenizer. */
export interface Surveyed {
  readonly survey: CorpusSurvey;
  readonly tokenizer: Tokenizer;
}

/** The survey of this plan that an earlier start finished; undefined when it is to be made. */
export const readSurvey = async (files: Files, out: string, plan: Plan): Promise<Surveyed | undefined> => {
  const survey = await readRecord(files, out, "survey", schema, plan);
  const path = join(out, tokenizerName);
  if (survey === undefined || !(await files.exists(path))) return undefined;
  const tokenizer = await loadTokenizer(path, files).catch((error: unknown) => {
    if (error instanceof ConfigError) return undefined;
    throw error;
  });
  return tokenizer?.hash === survey.tokenizerHash ? { survey, tokenizer } : undefined;
};

/** Publishes the tokenizer, then the survey's record.
 * @throws {StorageError} when the disk refuses */
export const writeSurvey = async (
  files: Files,
  out: string,
  { survey, tokenizer }: Surveyed,
): Promise<void> => {
  await files.publish(join(out, tokenizerName), formatTokenizer(tokenizer.vocabulary.merges));
  await writeRecord(files, out, "survey", survey);
};
