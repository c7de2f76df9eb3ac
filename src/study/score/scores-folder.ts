/** @file A folder of scores: scores.json says what they are of; its ledger holds them, step by step. */
import { join } from "node:path";
import { z } from "zod";

import { ConfigError } from "../../errors.ts";
import { type Files, temporaryMark } from "../../files.ts";
import { placesOf } from "../../run-folder.ts";
import type { EngineOptions } from "../../tensor/open-engine.ts";
import { engineOptions } from "../../training/options.ts";

/** Content of scores.json. */
export interface ScoresRecord {
  readonly formatVersion: 1;
  readonly model: {
    /** Folder that it was read from. */
    readonly path: string;
    /** SHA-256 of model.safetensors, hexadecimal. */
    readonly sha256: string;
    readonly layers: number;
    readonly heads: number;
    readonly width: number;
    readonly context: number;
    readonly vocabSize: number;
    /** Step of the run that it is a checkpoint of; null for a model without a run. */
    readonly step: number | null;
  };
  readonly corpus: { readonly manifest: string; readonly fingerprint: string };
  /** By domain number; rows to train on and rows held out. */
  readonly domains: readonly {
    readonly name: string;
    readonly rows: number;
    readonly heldOutRows: number;
  }[];
  /** Rows computed at once, which a step of the ledger holds. */
  readonly batchSize: number;
  /** Whether held-out rows are scored, after the others. */
  readonly heldOut: boolean;
  readonly engine: EngineOptions;
}

const count = z.int().min(0);
const recordSchema: z.ZodType<ScoresRecord> = z.object({
  formatVersion: z.literal(1),
  model: z.object({
    path: z.string(),
    sha256: z.string(),
    layers: count,
    heads: count,
    width: count,
    context: count,
    vocabSize: count,
    step: count.nullable(),
  }),
  corpus: z.object({ manifest: z.string(), fingerprint: z.string() }),
  domains: z.array(z.object({ name: z.string(), rows: count, heldOutRows: count })),
  batchSize: z.int().min(1),
  heldOut: z.boolean(),
  engine: engineOptions,
});

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What the scores in a folder are of; null where there are none.
 * @throws {ConfigError} when scores.json cannot be read */
export const readScoresRecord = async (files: Files, folder: string): Promise<ScoresRecord | null> => {
  const { scores: path } = placesOf(folder);
  if (!(await files.exists(path))) return null;
  const found = recordSchema.safeParse(parse(await files.readText(path)));
  if (found.success) return found.data;
  throw new ConfigError("the record of the scores cannot be read", {
    path,
    hint: "restore the file, or score into another folder",
  });
};

/** Writes scores.json, whole or not at all.
 * @throws {StorageError} when the disk refuses */
export const writeScoresRecord = (files: Files, folder: string, record: ScoresRecord): Promise<void> =>
  files.publish(placesOf(folder).scores, `${JSON.stringify(record, null, 2)}\n`);

/** Checks that a folder without scores.json is not there or empty, or holds what is left of a start: nothing of anyone else's
 * may be mixed with scores.
 * @param steps of the ledger in it
 * @throws {ConfigError} naming what stands in the way */
export const checkNothingElse = async (files: Files, folder: string, steps: number): Promise<void> => {
  const isStart = (name: string): boolean =>
    name.includes(temporaryMark) || (steps === 0 && join(folder, name) === placesOf(folder).ledger);
  const found = (await files.list(folder)).find((name) => !isStart(name));
  if (found !== undefined)
    throw new ConfigError(`the folder must be new or hold scores, got one with ${found}`, {
      path: folder,
      hint: "choose another folder (--out)",
    });
};

/** What must not change while scores go on, and how it is told. */
const factsOf = ({ model, corpus, batchSize, engine }: ScoresRecord): [string, string, string][] => [
  [
    "the model",
    `${model.sha256} ${model.heads}`,
    `${model.sha256.slice(0, 12)} with ${model.heads} heads of ${model.path}`,
  ],
  ["the corpus", corpus.fingerprint, `${corpus.fingerprint.slice(0, 12)} of ${corpus.manifest}`],
  ["the batch size", String(batchSize), String(batchSize)],
  ["the engine", JSON.stringify(engine), Object.values(engine).join(" ")],
];

/** Checks that scores would go on as they were begun. Paths may differ, and held-out rows may join.
 * @throws {ConfigError} for another model, corpus, batch size or engine */
export const checkSameScores = (before: ScoresRecord, now: ScoresRecord, folder: string): void => {
  const facts = factsOf(now);
  for (const [at, [subject, identity, words]] of factsOf(before).entries())
    if (identity !== facts[at]![1])
      throw new ConfigError(
        `${subject} must stay as it was when the scoring began, ${words}, got ${facts[at]![2]}`,
        { path: folder, hint: "give what was given then, or score into another folder (--out)" },
      );
};
