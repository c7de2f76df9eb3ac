/** @file The first pass over the text: counts documents, fixes the held-out bounds and learns the tokenizer, before anything is encoded. */
import { ConfigError, mustBe } from "../../errors.ts";
import { createTokenizer } from "../tokenizer/tokenizer.ts";
import { WordCounts } from "../tokenizer/word-counts.ts";
import type { DatasetSource } from "./dataset-file.ts";
import { heldOutBound, shareBound } from "./held-out.ts";
import { inOrder } from "./in-order.ts";
import { type Plan, byteLengthOf } from "./plan.ts";
import type { ProgressCounter } from "./progress.ts";
import type { Surveyed } from "./survey-record.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** Fewer documents in a domain cannot be split and windowed in a way that means anything. */
const fewestDocuments = 20;

/** Makes the survey.
 * @throws {ConfigError} when a domain has too few documents, text cannot be read, or there is too little of it for the vocabulary. O(text). */
export const makeSurvey = async (
  source: DatasetSource,
  plan: Plan,
  pool: WorkerPool,
  progress: ProgressCounter,
): Promise<Surveyed> => {
  const { dataset } = source;
  const { tokenizer: options } = dataset;
  const sample = options.kind === "bpe" ? Math.min(1, options.trainBytes / Math.max(1, plan.inputBytes)) : 0;
  const bounds = { heldOutBound: shareBound(dataset.heldOut), sampleBound: shareBound(sample) };
  const slices = plan.parts.flatMap(({ domain, slices }) => slices.map((slice) => ({ domain, slice })));
  const words = new WordCounts();
  const found = Object.keys(dataset.domains).map(() => ({ documents: 0, leastHash: 2 ** 32 }));
  progress.begin("survey", plan.inputBytes);
  const surveys = inOrder(slices, 2 * pool.size, async ({ domain, slice }) => ({
    domain,
    slice,
    result: await pool.survey({ kind: "survey", slice, ...bounds }),
  }));
  for await (const { domain, slice, result } of surveys) {
    const total = found[domain]!;
    total.documents += result.documents;
    total.leastHash = Math.min(total.leastHash, result.leastHash);
    words.addPacked(result.words);
    progress.add(byteLengthOf(slice));
  }
  for (const [domain, name] of Object.keys(dataset.domains).entries())
    if (found[domain]!.documents < fewestDocuments)
      throw new ConfigError(
        mustBe(
          `number of documents in domain ${name}`,
          `at least ${fewestDocuments}`,
          found[domain]!.documents,
        ),
        { ...source.placeOf(["domains", name]), hint: "add texts, or join it with another domain" },
      );
  progress.begin("tokenizer", plan.inputBytes);
  const merges =
    options.kind === "bpe"
      ? await pool.train({ kind: "train", words: words.pack(), vocabSize: options.vocabSize })
      : new Uint32Array();
  progress.add(plan.inputBytes);
  const tokenizer = createTokenizer(merges);
  const domains = found.map(({ documents, leastHash }) => ({
    documents,
    heldOutBound: heldOutBound(dataset.heldOut, leastHash),
  }));
  return { survey: { key: plan.key, tokenizerHash: tokenizer.hash, domains }, tokenizer };
};
