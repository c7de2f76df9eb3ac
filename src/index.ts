/** @file The public API, in the order in which data flows.
 *
 * Shape legend: B batch on a rank, M global batch, L sequence length, V vocabulary, D width, N instances, W ranks.
 * A row has L tokens; the model runs L positions and the last target is masked (L − 1 active targets).
 */

// Errors
export {
  ConfigError,
  CounterweightError,
  EngineError,
  LedgerError,
  SamplerError,
  ShardError,
  SourceError,
  StorageError,
} from "./errors.ts";
export type { ErrorCode, ErrorFacts } from "./errors.ts";

// Corpus
export { prepareCorpus } from "./corpus/prepare/prepare.ts";
export { openCorpus } from "./corpus/corpus.ts";
export type { Corpus } from "./corpus/corpus.ts";
export { readManifest } from "./corpus/manifest-file.ts";
export type { Manifest } from "./corpus/manifest.ts";
export { loadTokenizer } from "./corpus/tokenizer/tokenizer.ts";

// Draws
export type { Draws } from "./draws.ts";

// Configuration
export { checkConfig, readConfig } from "./config/config.ts";
export type { Config, Pipeline } from "./config/schema.ts";

// Trainers
export type { Batch, StepResult, Tokens, Trainer, Weigh } from "./training/trainer.ts";

// Runs
export { openRun } from "./run.ts";
export type { Run, RunOptions } from "./run.ts";
export type { Step } from "./loop.ts";
export type { Summary } from "./summary.ts";
