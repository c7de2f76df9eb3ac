/** @file What a ledger is opened with. */
import type { Files } from "../files.ts";
import type { LedgerPosition } from "./journal/history.ts";
import type { LedgerShard } from "./pages/instance-index.ts";
import type { ProcessIdentity } from "./lock.ts";
import type { LedgerOptions } from "./options.ts";
import type { ReferenceLosses } from "./reference/reference-losses.ts";

/** Everything `openLedger` is given. */
export interface LedgerSetup {
  readonly files: Files;
  /** Folder of journal, segments and lock; made when missing. */
  readonly folder: string;
  /** Index = shard number; a manifest's `shards` fit. */
  readonly shards: readonly LedgerShard[];
  /** Fingerprint of the corpus, noted in the journal. */
  readonly corpus?: string;
  /** Losses that this ledger's are compared with, closed by who opened them; it must be the same for the whole run. */
  readonly reference?: ReferenceLosses | undefined;
  /** `sampler.lag`, ≥ 0. */
  readonly lag: number;
  readonly options: LedgerOptions;
  /** What a loss that is no finite number does: stop before the step is committed (default), or be logged with weight 0. */
  readonly nonFinite?: "error" | "mask";
  /** The checkpoint to go on from; the start of the run when left out. */
  readonly resume?: {
    /** What `Ledger.position` said. */
    readonly position: LedgerPosition;
    /** Folder that `Ledger.savePages` filled. */
    readonly pages: string;
  };
  /** Takes the lock over from a process of another host. */
  readonly stealLock?: boolean;
  /** Owner written into the lock; this process when left out. */
  readonly identity?: ProcessIdentity;
  /** How the log is cut; {@link LogCut} says what is usual. */
  readonly cut?: Partial<LogCut>;
}

/** Sizes of the log's pieces. */
export interface LogCut {
  /** Size at which a segment is closed; 64 MiB. */
  readonly segmentBytes: number;
  /** Rows of a sealed batch; 65,536. */
  readonly batchRows: number;
  /** Whether closed segments are sealed; they are. Benchmarks leave them raw. */
  readonly sealed: boolean;
}
