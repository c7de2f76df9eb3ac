/** @file Another ledger's last losses, block by block: what this run's losses are compared with. */
import { join } from "node:path";

import { ConfigError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { AppliedLosses } from "../pages/applied-losses.ts";
import type { LedgerPosition } from "../journal/history.ts";
import { InstanceIndex, type LedgerShard } from "../pages/instance-index.ts";
import { journalPath } from "../journal/journal.ts";
import { Page } from "../pages/page.ts";
import { PageStore } from "../pages/page-store.ts";
import { type LedgerReader, openLedgerReader } from "../reader.ts";
import { samePlace, wordsOf } from "./reference-check.ts";
import type { ReferenceLosses } from "./reference-excess.ts";
import { visitColumns } from "../pages/rows-by-block.ts";

export type { ReferenceLosses } from "./reference-excess.ts";

/** What reference losses are read from. */
export interface ReferenceSetup {
  readonly files: Files;
  /** Folder of a run or of scores, whose `ledger` is only read, also while another process writes it. */
  readonly run: string;
  /** Where the reference must be read as of; its newest step when null. */
  readonly position: LedgerPosition | null;
  /** The corpus that it must be of: fingerprint, and shards by number. */
  readonly corpus: { readonly fingerprint: string; readonly shards: readonly LedgerShard[] };
  /** Memory for its pages. */
  readonly cacheBytes: number;
  /** A file of our own for those that the memory has no room for; made when needed, removed at close. */
  readonly scratchPath: string;
}

const refusal = (problem: string, { run: path }: ReferenceSetup, hint: string): ConfigError =>
  new ConfigError(problem, { keyPath: "ledger.reference", path, hint });

const shortened = (fingerprint: string): string => fingerprint.slice(0, 12);

const checkCorpus = ({ origin }: LedgerReader, setup: ReferenceSetup): void => {
  const { fingerprint } = setup.corpus;
  if (origin.corpus === fingerprint) return;
  if (origin.corpus === null)
    throw refusal(
      "the reference does not say which corpus it is of",
      setup,
      "it was made by an older version; score its model: counterweight score RUN --corpus MANIFEST --out DIR",
    );
  throw refusal(
    "the reference must be of the same corpus",
    setup,
    `its corpus' fingerprint is ${shortened(origin.corpus)}, this run's is ${shortened(fingerprint)}; score its model over this corpus: counterweight score RUN --corpus MANIFEST --out DIR`,
  );
};

/** A reader of the branch that `position` is on, which must be there as it was. */
const openAt = async (setup: ReferenceSetup): Promise<{ reader: LedgerReader; position: LedgerPosition }> => {
  const { files, run, position: wanted } = setup;
  const folder = join(run, "ledger");
  if (!(await files.exists(journalPath(folder))))
    throw refusal(
      "there is no ledger to refer to",
      setup,
      "name the folder of a run, or of what counterweight score wrote",
    );
  const live = await openLedgerReader(files, folder);
  if (wanted === null) return { reader: live, position: live.positionOf(live.lastStep)! };
  const reader = wanted.branch < live.branch ? await openLedgerReader(files, folder, wanted.branch) : live;
  const found = wanted.branch > live.branch ? null : reader.positionOf(wanted.step);
  if (found === null || !samePlace(found, wanted))
    throw refusal(
      `the reference must be the one that the run was started with, ${wordsOf(wanted)}, got ${found === null ? "a ledger without that step" : wordsOf(found)}`,
      setup,
      "bring the reference of then back, or start a new run with this one",
    );
  return { reader, position: wanted };
};

/** Opens a reference: one pass over its log up to `position`, live branch, in which every finite loss of an instance takes the
 * place of the one before it; a loss that is not finite changes nothing, as in its own pages.
 *
 * The last loss counts, since it is the reference's best knowledge: of a run it is the loss at the instance's last visit, of
 * `counterweight score` that of the one model that scored all.
 * @throws {ConfigError} when there is no reference, it has no losses, is of another corpus, or not as it was
 * @throws {LedgerError} when it is damaged, or some of its steps were dropped
 * O(bytes of its log); memory: `cacheBytes`, else 28 bytes an instance it has seen in the scratch file. */
export const openReferenceLosses = async (setup: ReferenceSetup): Promise<ReferenceLosses> => {
  const { files, cacheBytes, scratchPath } = setup;
  const { reader, position } = await openAt(setup);
  checkCorpus(reader, setup);
  const index = new InstanceIndex(setup.corpus.shards);
  const rebuild = (block: number): Promise<Page> => Promise.resolve(new Page(index.rowsOf(block)));
  const store = new PageStore({ files, index, cacheBytes, scratchPath, base: null, rebuild });
  const nothing = new Float32Array(index.largestRows).fill(Number.NaN);
  try {
    const { instances } = await lossesThrough(reader, position.step, index, store);
    if (instances === 0)
      throw refusal("the reference has no losses yet", setup, "let it train, or score its model first");
    return {
      position,
      instances,
      lossesOf: async (block) =>
        (await store.find(block))?.lastLoss ?? nothing.subarray(0, index.rowsOf(block)),
      close: () => store.close(),
    };
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
};

/** Fills a store with the losses of steps ≤ `lastStep`. */
const lossesThrough = async (
  reader: LedgerReader,
  lastStep: number,
  index: InstanceIndex,
  store: PageStore,
): Promise<AppliedLosses> => {
  const applied = new AppliedLosses(index, store, 1, { step: 0, domains: {} });
  await applied.rebuild(reader.batches(visitColumns, 1, lastStep + 1), lastStep);
  return applied;
};
