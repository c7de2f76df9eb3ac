/** @file A past run as it lies on the disk: configuration, corpus, ledger. Nothing is written, and no trainer is needed. */
import { join } from "node:path";

import { type Checkpoint, modelFolderOf, readCheckpoint } from "../../checkpoint.ts";
import type { Config } from "../../config/schema.ts";
import { type BlockIndex, createBlockIndex } from "../../corpus/blocks/block-index.ts";
import { readManifest } from "../../corpus/manifest-file.ts";
import type { Manifest } from "../../corpus/manifest.ts";
import type { CorpusOptions } from "../../corpus/options.ts";
import { createSyntheticCorpus } from "../../corpus/synthetic.ts";
import { ConfigError, LedgerError, mustBe } from "../../errors.ts";
import type { Files } from "../../files.ts";
import type { LedgerOptions } from "../../ledger/options.ts";
import { type LedgerReader, openLedgerReader } from "../../ledger/reader.ts";
import { placesOf, readRunConfig } from "../../run-folder.ts";
import { samplingVersion } from "../../sampler/sampler-state.ts";

/** A run to be read. It holds no file open. */
export interface RecordedRun {
  readonly folder: string;
  readonly config: Config;
  readonly manifest: Manifest;
  /** Blocks as the manifest cuts them. */
  readonly blocks: BlockIndex;
  /** One branch, as it was when the run was opened. */
  readonly ledger: LedgerReader;
  /** Fingerprint that its newest checkpoint names; null where there is no checkpoint. */
  readonly fingerprint: string | null;
  /** Whether its newest checkpoint holds a model of ours, so that weights may have been computed in the graph. */
  readonly ownModel: boolean;
}

/** Where to look for what a run was made of. */
export interface RecordedRunOptions {
  /** An abandoned branch instead of the live one. */
  readonly branch?: number | undefined;
  /** Manifest of the corpus, where it no longer lies where the run read it. */
  readonly corpus?: string | undefined;
  /** Folder of the reference, where it no longer lies where the run read it. */
  readonly reference?: string | undefined;
}

/** Opens a run's folder for reading, also while it goes on.
 * @throws {ConfigError} when there is no run, or the corpus is not the one its newest checkpoint, or its journal, names
 * @throws {LedgerError} when its journal is damaged, has no such branch, or another sampling version drew it
 * @throws {ShardError} when the manifest is damaged. O(bytes of the journal + blocks). */
export const openRecordedRun = async (
  files: Files,
  folder: string,
  { branch, corpus: moved, reference }: RecordedRunOptions = {},
): Promise<RecordedRun> => {
  const recorded = await readRunConfig(files, folder);
  const corpus = relocated(recorded.corpus, moved);
  const manifest = await manifestOf(corpus, files);
  const places = placesOf(folder);
  const checkpoint = await readCheckpoint(files, places.checkpoints, "latest");
  const ledger = await openLedgerReader(files, places.ledger, branch);
  const origin = checkpoint?.corpus ?? ledger.origin.corpus;
  if (origin !== null) checkCorpus(origin, manifest, corpus);
  if (checkpoint !== undefined) checkVersion(checkpoint);
  return {
    folder,
    config: { ...recorded, corpus, ledger: referringTo(recorded.ledger, reference) },
    manifest,
    blocks: createBlockIndex(manifest),
    ledger,
    fingerprint: checkpoint?.corpus ?? null,
    ownModel:
      checkpoint !== undefined &&
      (await files.exists(join(modelFolderOf(checkpoint.folder), "model.safetensors"))),
  };
};

const relocated = (corpus: CorpusOptions, manifest: string | undefined): CorpusOptions => {
  if (manifest === undefined) return corpus;
  if (corpus.kind === "shards") return { ...corpus, manifest };
  throw new ConfigError("a run without shards has no corpus to look for elsewhere", {
    keyPath: "corpus.kind",
    hint: "leave --corpus out",
  });
};

const referringTo = (ledger: LedgerOptions, reference: string | undefined): LedgerOptions => {
  if (reference === undefined) return ledger;
  if (ledger.reference !== null) return { ...ledger, reference };
  throw new ConfigError("a run without a reference has none to look for elsewhere", {
    keyPath: "ledger.reference",
    hint: "leave --reference out",
  });
};

const manifestOf = async (corpus: CorpusOptions, files: Files): Promise<Manifest> =>
  corpus.kind === "shards" ? readManifest(corpus.manifest, files) : createSyntheticCorpus(corpus).manifest;

const checkCorpus = (fingerprint: string, manifest: Manifest, corpus: CorpusOptions): void => {
  if (fingerprint !== manifest.fingerprint)
    throw new ConfigError("the corpus must be the one that the run was started with", {
      keyPath: corpus.kind === "shards" ? "corpus.manifest" : "corpus",
      ...(corpus.kind === "shards" && { path: corpus.manifest }),
      hint: `its fingerprint is ${manifest.fingerprint.slice(0, 12)}, the run's is ${fingerprint.slice(0, 12)}; name the run's corpus by --corpus`,
    });
};

const checkVersion = (checkpoint: Checkpoint): void => {
  const version = checkpoint.sampler.json.samplingVersion;
  if (version !== samplingVersion)
    throw new LedgerError(mustBe("sampling version of the run", String(samplingVersion), version), {
      path: checkpoint.folder,
      hint: "replay it with the version of counterweight that ran it",
    });
};

/** Checks that the run's branch has this step.
 * @throws {ConfigError} where it has not */
export const checkStep = ({ ledger, folder }: RecordedRun, step: number, least: 0 | 1): void => {
  if (step >= least && step <= ledger.lastStep) return;
  throw new ConfigError(mustBe("step", `in ${least} … ${ledger.lastStep}, the steps of this run`, step), {
    path: folder,
  });
};
