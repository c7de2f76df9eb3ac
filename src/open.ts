/** @file Configuration → stages: corpus, sampler, ledger and weighing, opened and tied by functions; no trainer yet. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";

import type { Config } from "./config/schema.ts";
import type { Corpus } from "./corpus/corpus.ts";
import { openCorpusOf } from "./corpus/open-corpus-of.ts";
import type { CorpusOptions } from "./corpus/options.ts";
import { ConfigError } from "./errors.ts";
import type { Files } from "./files.ts";
import { closeAll } from "./ledger/close-all.ts";
import { type Ledger, type LedgerPosition, openLedger } from "./ledger/ledger.ts";
import { openLedgerReader } from "./ledger/reader.ts";
import { type ReferenceLosses, openReferenceLosses } from "./ledger/reference/reference-losses.ts";
import { type Sampler, type SamplerState, createSampler } from "./sampler/sampler.ts";
import { scoreWindow } from "./sampler/score.ts";
import { type SampledBlock, blocksPerWindow } from "./sampler/window.ts";
import type { HeldOutTokens } from "./training/evaluation.ts";
import { createTokens } from "./training/trainer.ts";
import { type Weighing, createWeighing } from "./weighing/weighing.ts";

/** The stages of a run; `close` gives back files and the ledger's lock. */
export interface Stages {
  readonly corpus: Corpus;
  readonly sampler: Sampler;
  readonly ledger: Ledger;
  /** What the ledger's losses are compared with; undefined without a reference. */
  readonly reference: ReferenceLosses | undefined;
  readonly weighing: Weighing;
  close(): Promise<void>;
}

/** What a checkpoint recorded of the stages: where they go on. */
export interface StagesPosition {
  readonly corpus: string;
  readonly sampler: SamplerState;
  readonly ledger: LedgerPosition;
  /** Folder of the ledger's pages. */
  readonly pages: string;
}

/** Opens the stages of a run, at its start or where a checkpoint left them.
 * @param folder of the ledger
 * @throws {ConfigError} when corpus or reference is not the one the checkpoint was made with; else as the stages do */
export const openStages = async (
  config: Config,
  files: Files,
  folder: string,
  options: { readonly position?: StagesPosition | undefined; readonly stealLock?: boolean | undefined } = {},
): Promise<Stages> => {
  const { position, stealLock } = options;
  // A name of its own: a reference is read before the ledger's lock says whose the folder is.
  const scratch = `reference-${randomUUID().slice(0, 8)}.scratch`;
  const corpus = await openCorpusOf(config.corpus, (training) => windowsBytes(training, config.sampler));
  const opened: { close(): Promise<void> }[] = [corpus];
  try {
    if (position !== undefined) checkFingerprint(corpus, position.corpus, config.corpus);
    const reference = await openReference(config, corpus, files, {
      folder,
      scratch,
      goesOn: position !== undefined,
    });
    if (reference !== undefined) opened.unshift(reference);
    const { shards, fingerprint } = corpus.manifest;
    const ledger = await openLedger({
      files,
      folder,
      shards,
      corpus: fingerprint,
      reference,
      lag: config.sampler.lag,
      options: config.ledger,
      nonFinite: config.weighing.nonFinite,
      ...(position !== undefined && { resume: { position: position.ledger, pages: position.pages } }),
      ...(stealLock !== undefined && { stealLock }),
    });
    opened.unshift(ledger);
    await sweepScratch(files, folder, scratch);
    const close = () => closeAll(opened.map((stage) => () => stage.close()));
    return { ...tie(config, corpus, ledger, position?.sampler), reference, close };
  } catch (error) {
    for (const stage of opened) await stage.close();
    throw error;
  }
};

/** Removes scratch files of references that crashes left in a folder that is ours, all but one's own. */
const sweepScratch = async (files: Files, folder: string, own: string): Promise<void> => {
  for (const name of await files.list(folder))
    if (/^reference-.*\.scratch$/.test(name) && name !== own) await files.remove(join(folder, name));
};

/** The run's reference: as it stands now for a new run, as the run's journal says for one that goes on. */
const openReference = async (
  { ledger }: Config,
  { manifest }: Corpus,
  files: Files,
  {
    folder,
    scratch,
    goesOn,
  }: { readonly folder: string; readonly scratch: string; readonly goesOn: boolean },
): Promise<ReferenceLosses | undefined> => {
  const { reference: run, cacheBytes } = ledger;
  if (run === null) return undefined;
  const position = goesOn ? (await openLedgerReader(files, folder)).origin.reference : null;
  await files.makeFolder(folder);
  const scratchPath = join(folder, scratch);
  return openReferenceLosses({ files, run, position, corpus: manifest, cacheBytes, scratchPath });
};

/** Bytes of the open windows of all domains, of those after them, which are read ahead, and of a block in passing. */
const windowsBytes = (
  training: readonly (readonly SampledBlock[])[],
  { windowBytes }: Config["sampler"],
): number =>
  training.reduce((sum, blocks) => {
    const largest = blocks.reduce((most, { bytes }) => Math.max(most, bytes), 0);
    return sum + (2 * blocksPerWindow(blocks, windowBytes) + 1) * largest;
  }, 0);

const checkFingerprint = ({ manifest }: Corpus, expected: string, options: CorpusOptions): void => {
  if (manifest.fingerprint === expected) return;
  throw new ConfigError("the corpus must be the one that the run was started with", {
    ...(options.kind === "shards"
      ? { keyPath: "corpus.manifest", path: options.manifest }
      : { keyPath: "corpus" }),
    hint: `its fingerprint is ${manifest.fingerprint.slice(0, 12)}, the run's is ${expected.slice(0, 12)}; start a new run, or bring the old corpus back`,
  });
};

/** Gives each stage what it needs of the others, as functions. */
const tie = (
  config: Config,
  corpus: Corpus,
  ledger: Ledger,
  state: SamplerState | undefined,
): Pick<Stages, "corpus" | "sampler" | "ledger" | "weighing"> => {
  const { lag, score, power } = config.sampler;
  const sampler = createSampler(
    {
      seed: config.seed,
      batchSize: config.training.batchSize,
      streams: corpus.manifest.domains.map(({ name }, domain) => ({
        name,
        domain,
        blocks: corpus.blocksOf(domain),
      })),
      options: config.sampler,
      score: async (blocks, step) =>
        scoreWindow(await ledger.statistics(blocks, score, step - lag - 1), blocks, power),
    },
    state,
  );
  return { corpus, sampler, ledger, weighing: createWeighing(config.weighing) };
};

/** The first held-out rows of every domain, read once.
 * @param limit rows of a domain at most; null for all. O(rows · L) memory. */
export const readHeldOut = async (corpus: Corpus, limit: number | null): Promise<HeldOutTokens[]> => {
  const { seqLen, tokenDtype, domains } = corpus.manifest;
  const heldOut: HeldOutTokens[] = [];
  for (const domain of domains.keys()) {
    const all = corpus
      .heldOutBlocksOf(domain)
      .flatMap(({ shard, firstRow, rows }) =>
        Array.from({ length: rows }, (_, row) => ({ shard, row: firstRow + row })),
      );
    const taken = limit === null ? all : all.slice(0, limit);
    const tokens = createTokens(tokenDtype, taken.length * seqLen);
    await corpus.gather(
      Uint32Array.from(taken, ({ shard }) => shard),
      Uint32Array.from(taken, ({ row }) => row),
      tokens,
    );
    heldOut.push({ domain, tokens, rows: taken.length });
  }
  return heldOut;
};
