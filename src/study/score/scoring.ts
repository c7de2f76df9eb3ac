/** @file The pass that scores: rows through the model, their losses into a ledger, from where it stands. */
import { join } from "node:path";

import type { Config } from "../../config/schema.ts";
import type { Corpus } from "../../corpus/corpus.ts";
import type { Draws } from "../../draws.ts";
import { ConfigError, mustBe } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { closeAll } from "../../ledger/close-all.ts";
import { History, type LedgerPosition } from "../../ledger/journal/history.ts";
import { journalPath, scanJournal } from "../../ledger/journal/journal.ts";
import { type Ledger, openLedger } from "../../ledger/ledger.ts";
import { placesOf } from "../../run-folder.ts";
import { checkTokens } from "../../training/door.ts";
import { type GptTrainer, openGptTrainer } from "../../training/gpt-trainer.ts";
import { createTokens } from "../../training/trainer.ts";
import type { ScoredRows } from "./scored-rows.ts";

/** How far the scores are. */
export interface ScoreProgress {
  /** Rows with a score, and rows in all. */
  readonly done: number;
  readonly rows: number;
  /** L, tokens of a row. */
  readonly seqLen: number;
}

/** Where a ledger of scores goes on. */
export interface Standing {
  /** Batches in it. */
  readonly step: number;
  /** Null where there is no ledger yet. */
  readonly position: LedgerPosition | null;
}

/** What a pass needs. */
export interface Scoring {
  readonly files: Files;
  /** Folder of the scores. */
  readonly out: string;
  /** Its model, engine, batch size and ledger are those of the scores. */
  readonly config: Config;
  readonly corpus: Corpus;
  readonly rows: ScoredRows;
  readonly standing: Standing;
  readonly stealLock?: boolean | undefined;
  /** Ends the pass after the batch under way. */
  readonly signal?: AbortSignal | undefined;
  /** Told once before the first batch, and after each. */
  readonly onProgress?: ((progress: ScoreProgress) => void) | undefined;
}

/** Where the ledger in a folder stands, be it there or not.
 * @throws {LedgerError} when its journal is damaged. O(bytes of the journal). */
export const standingOf = async (files: Files, ledgerFolder: string): Promise<Standing> => {
  const path = journalPath(ledgerFolder);
  const history = new History(path);
  await scanJournal(files, path, (entries) => {
    for (const entry of entries) history.add(entry);
  });
  if (history.branch < 0) return { step: 0, position: null };
  const step = history.lastStep(history.branch);
  return { step, position: history.positionOf(history.branch, step) };
};

/** Scores the batches that the ledger does not hold yet. Where it holds all, no model is opened.
 * @param begin called once the ledger is ours, before anything is scored
 * @throws what ledger, engine and corpus throw. O(rows · forward pass). */
export const scoreRest = async (scoring: Scoring, begin: () => Promise<void>): Promise<ScoreProgress> => {
  const { rows, corpus, standing } = scoring;
  const ledger = await openScores(scoring);
  let trainer: GptTrainer | undefined;
  const closers = [async () => trainer?.close(), () => ledger.close()];
  try {
    await begin();
    if (standing.step < rows.batches) trainer = await openModel(scoring);
    if (trainer !== undefined) await scoreBatches(scoring, ledger, trainer);
  } catch (error) {
    await closeAll(closers, { error });
  }
  await closeAll(closers);
  return { done: rows.rowsOf(ledger.step), rows: rows.rows, seqLen: corpus.manifest.seqLen };
};

const openScores = ({ files, out, config, corpus, standing, stealLock }: Scoring): Promise<Ledger> => {
  const { ledger: folder } = placesOf(out);
  const { shards, fingerprint } = corpus.manifest;
  const { step, position } = standing;
  return openLedger({
    files,
    folder,
    shards,
    corpus: fingerprint,
    lag: 0,
    options: config.ledger,
    nonFinite: config.weighing.nonFinite,
    // There are no checkpoints: pages come from the log.
    ...(step > 0 && position !== null && { resume: { position, pages: join(folder, "pages") } }),
    ...(stealLock !== undefined && { stealLock }),
  });
};

const openModel = ({ config, corpus }: Scoring): Promise<GptTrainer> => {
  const { model } = config;
  if (model.kind !== "gpt") throw new ConfigError(mustBe("model.kind", "gpt to score text", model.kind));
  const { seqLen, tokenizer } = corpus.manifest;
  return openGptTrainer({ ...config, model, seqLen, vocabSize: tokenizer.vocabSize });
};

const scoreBatches = async (scoring: Scoring, ledger: Ledger, trainer: GptTrainer): Promise<void> => {
  const { rows, corpus, standing, signal, onProgress } = scoring;
  const { seqLen } = corpus.manifest;
  let step = standing.step;
  const tell = (): void => onProgress?.({ done: rows.rowsOf(step), rows: rows.rows, seqLen });
  tell();
  for (const batch of rows.after(step)) {
    if (signal?.aborted === true) return;
    const started = performance.now();
    const losses = await lossesOf(batch, corpus, trainer);
    const ms = performance.now() - started;
    step++;
    ledger.expect(step, batch);
    ledger.report(step, losses, 0, new Uint32Array(batch.size).fill(seqLen - 1));
    const nothing = new Uint8Array(batch.size);
    await ledger.commit(step, {
      weights: nothing,
      trained: nothing,
      metrics: { loss: meanOf(losses), ms },
    });
    await ledger.applyThrough(step);
    tell();
  }
};

const lossesOf = async (
  { size, shard, row }: Draws,
  corpus: Corpus,
  trainer: GptTrainer,
): Promise<Float32Array> => {
  const { seqLen, tokenDtype, tokenizer, shards } = corpus.manifest;
  const tokens = createTokens(tokenDtype, size * seqLen);
  await corpus.gather(shard, row, tokens);
  checkTokens(tokens, seqLen, tokenizer.vocabSize, (slot) => ({
    words: `row ${row[slot]}`,
    facts: { uri: shards[shard[slot]!]!.uri, row: row[slot]! },
  }));
  return trainer.score(tokens, size);
};

/** Mean of the finite losses; NaN without any. */
const meanOf = (losses: Float32Array): number => {
  const finite = losses.filter((loss) => Number.isFinite(loss));
  return finite.reduce((sum, loss) => sum + loss, 0) / finite.length;
};
