/** @file Binds model, sampler state and ledger position into one atomic folder, so that what is resumed belongs together. */
import { join } from "node:path";
import { z } from "zod";

import { LedgerError } from "./errors.ts";
import { type Files, sweepTemporaries } from "./files.ts";
import type { LedgerPosition } from "./ledger/journal/history.ts";
import type { SamplerState } from "./sampler/sampler.ts";
import type { Evaluation } from "./training/evaluation.ts";

const formatVersion = 1;

/** What a checkpoint says beside the files of trainer and ledger. */
export interface CheckpointRecord {
  /** The last step that the model, the sampler state and the ledger pages contain. */
  readonly step: number;
  /** Fingerprint of the corpus it was made with. */
  readonly corpus: string;
  readonly sampler: SamplerState;
  readonly ledger: LedgerPosition;
  /** Held-out results so far, oldest first. */
  readonly evaluations: readonly Evaluation[];
  /** Seconds of training so far, over all resumptions. */
  readonly seconds: number;
}

/** A checkpoint on disk. */
export interface Checkpoint extends CheckpointRecord {
  readonly folder: string;
}

/** Folder of the trainer's own files inside a checkpoint. */
export const modelFolderOf = (checkpointFolder: string): string => join(checkpointFolder, "model");
/** Folder of the ledger's pages inside a checkpoint. */
export const pagesFolderOf = (checkpointFolder: string): string => join(checkpointFolder, "ledger");

const recordOf = (folder: string): string => join(folder, "checkpoint.json");
const poolOf = (folder: string, name: string): string => join(folder, `sampler-${name}.bin`);

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Content of checkpoint.json: the record, its binary pools named and kept beside it. */
const savedSchema = z.object({
  step: z.int().min(0),
  corpus: z.string(),
  ledger: z.object({ branch: z.int(), step: z.int(), crc: z.int() }),
  evaluations: z.array(z.custom<Evaluation>(isObject)),
  seconds: z.number(),
  sampler: z.custom<SamplerState["json"]>(isObject),
  pools: z.array(z.string()),
});

const nameOf = (step: number): string => `step-${String(step).padStart(9, "0")}`;
/** Step of a checkpoint's folder by its name; undefined for any other name. */
export const stepOfCheckpoint = (name: string): number | undefined => {
  const digits = /^step-(\d{9})$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** Steps that have a checkpoint, ascending. */
export const listCheckpoints = async (files: Files, folder: string): Promise<number[]> =>
  (await files.list(folder)).map(stepOfCheckpoint).filter((step) => step !== undefined);

/** Writes a checkpoint. The ledger must be durable to its step before this is called.
 *
 * 1. `fill` functions write the trainer's and the ledger's files into a temporary folder, each synced.
 * 2. The folder is renamed to `step-<n>`, its parent synced.
 * 3. Only then checkpoints older than the newest `retain` are removed.
 *
 * A checkpoint of the same step, left by an abandoned branch, is replaced. */
export const writeCheckpoint = async (
  files: Files,
  folder: string,
  record: CheckpointRecord,
  retain: number,
  fill: { trainer(folder: string): Promise<void>; pages(folder: string): Promise<void> },
): Promise<void> => {
  await files.makeFolder(folder);
  await sweepTemporaries(files, folder);
  const target = join(folder, nameOf(record.step));
  if (await files.exists(target)) await files.remove(target);
  await files.publishFolder(target, async (inside) => {
    await files.makeFolder(modelFolderOf(inside));
    await fill.trainer(modelFolderOf(inside));
    await files.makeFolder(pagesFolderOf(inside));
    await fill.pages(pagesFolderOf(inside));
    const { sampler, ...rest } = record;
    for (const [name, bytes] of Object.entries(sampler.pools)) await files.write(poolOf(inside, name), bytes);
    const content = { formatVersion, ...rest, sampler: sampler.json, pools: Object.keys(sampler.pools) };
    await files.write(recordOf(inside), `${JSON.stringify(content, null, 2)}\n`);
  });
  const steps = await listCheckpoints(files, folder);
  for (const step of steps.slice(0, -retain)) await files.remove(join(folder, nameOf(step)));
};

/** Removes the checkpoints of steps after one that a run was rolled back to: they belong to a branch that was left. */
export const removeCheckpointsAfter = async (files: Files, folder: string, step: number): Promise<void> => {
  for (const later of await listCheckpoints(files, folder))
    if (later > step) await files.remove(join(folder, nameOf(later)));
};

/** Reads a checkpoint: the newest, or that of a step.
 * @returns undefined when `from` is `latest` and there is none
 * @throws {LedgerError} when the named step has none, or the checkpoint cannot be read */
export const readCheckpoint = async (
  files: Files,
  folder: string,
  from: "latest" | number,
): Promise<Checkpoint | undefined> => {
  const steps = await listCheckpoints(files, folder);
  const step = from === "latest" ? steps.at(-1) : from;
  if (step === undefined) return undefined;
  if (!steps.includes(step))
    throw new LedgerError(`there is no checkpoint of step ${step}`, {
      path: folder,
      hint: `checkpoints are there of steps ${steps.join(", ") || "(none)"}`,
    });
  const inside = join(folder, nameOf(step));
  const path = recordOf(inside);
  const damaged = (problem: string, cause?: unknown): LedgerError =>
    new LedgerError(problem, { path, hint: "resume from an earlier step by --resume STEP" }, cause);
  let content: unknown;
  try {
    content = JSON.parse(await files.readText(path));
  } catch (error) {
    throw damaged("the checkpoint cannot be read", error);
  }
  const version: unknown = isObject(content) ? Reflect.get(content, "formatVersion") : undefined;
  if (version !== formatVersion)
    throw damaged(`the checkpoint's format is ${String(version)}, this version reads ${formatVersion}`);
  const saved = savedSchema.safeParse(content);
  if (!saved.success) throw damaged("the checkpoint is damaged", saved.error);
  const pools: Record<string, Uint8Array> = {};
  for (const name of saved.data.pools) pools[name] = await files.read(poolOf(inside, name));
  return { ...saved.data, sampler: { json: saved.data.sampler, pools }, folder: inside };
};
