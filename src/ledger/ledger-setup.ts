/** @file What opening a ledger needs to know. */
import type { Files } from "../files.ts";
import type { LedgerPosition } from "./ledger.ts";
import type { ProcessIdentity } from "./lock.ts";
import type { LedgerOptions } from "./options.ts";

/** A shard as the ledger sees it; a manifest's shards fit. */
export interface LedgerShard {
  readonly domain: number;
  readonly blocks: readonly { readonly rows: number }[];
}

/** Everything {@link openLedger} is given. */
export interface LedgerSetup {
  readonly files: Files;
  /** Folder of journal, segments and lock; made when missing. */
  readonly folder: string;
  /** Index = shard number. */
  readonly shards: readonly LedgerShard[];
  /** `sampler.lag`, ≥ 0: steps between a batch and the losses that its windows see. */
  readonly lag: number;
  readonly options: LedgerOptions;
  /** The checkpoint to go on from; the start of the run when left out. */
  readonly resume?: {
    /** What {@link Ledger.position} said. */
    readonly position: LedgerPosition;
    /** Folder that {@link Ledger.savePages} wrote. */
    readonly pages: string;
  };
  /** Takes a lock over that a process of another host holds. */
  readonly stealLock?: boolean;
  /** Owner written into the lock; this process when left out. */
  readonly identity?: ProcessIdentity;
}
