/** @file Pages and sums as a resumed run needs them: from its checkpoint where that fits, else rebuilt from the log. */
import { join } from "node:path";

import { LedgerError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { AppliedLosses } from "./applied-losses.ts";
import { closeAll } from "../close-all.ts";
import { readBatches } from "../log/column-batches.ts";
import type { History } from "../journal/history.ts";
import type { InstanceIndex } from "./instance-index.ts";
import { Page } from "./page.ts";
import { PageStore } from "./page-store.ts";
import { samePlace } from "../reference/reference-check.ts";
import type { ReferenceLosses } from "../reference/reference-losses.ts";
import { visitColumns } from "./rows-by-block.ts";
import { type SavedPages, openSavedPages } from "./saved-pages.ts";
import { readSteps } from "../log/segments.ts";

interface ResumeSetup {
  readonly files: Files;
  readonly folder: string;
  readonly history: History;
  readonly index: InstanceIndex;
  readonly emaAlpha: number;
  readonly cacheBytes: number;
  readonly reference?: ReferenceLosses | undefined;
  /** Last step whose losses the resumed run may see at first. */
  readonly through: number;
  /** Folder of the checkpoint's pages, or null at the start of a run. */
  readonly pages: string | null;
}

/** Pages, sums, and where they came from. */
export interface ResumedLosses {
  readonly store: PageStore;
  readonly applied: AppliedLosses;
  /** Why pages were rebuilt from the log; null when the checkpoint's were used, or nothing was there to rebuild. */
  readonly rebuilt: string | null;
}

/** Why a checkpoint's pages are of no use here, or null when they are. */
const misfit = (
  saved: SavedPages | null,
  { history, emaAlpha, through, reference }: Omit<ResumeSetup, "pages">,
): string | null => {
  if (saved === null) return "pages are missing, damaged, or of another corpus";
  const { asOf, emaAlpha: alpha, excess } = saved.header;
  if (alpha !== emaAlpha) return `pages were made with emaAlpha ${alpha}`;
  if (!samePlace(excess?.over ?? null, reference?.position ?? null))
    return "pages were made with another reference";
  if (asOf.step > through) return `pages are of step ${asOf.step}, after step ${through}`;
  const live = history.positionOf(history.branch, asOf.step);
  return live?.crc === asOf.crc ? null : `pages are of step ${asOf.step} of an abandoned branch`;
};

/** One block's page as of a step, from the log alone. O(bytes of the log). */
const rebuildPage = async (
  { files, folder, history, index, emaAlpha }: ResumeSetup,
  block: number,
  last: number,
): Promise<Page> => {
  const page = new Page(index.rowsOf(block));
  const firstRow = index.firstRowOf(block);
  for await (const rows of readSteps(files, folder, history, { branch: history.branch, first: 1, last }))
    for (let slot = 0; slot < rows.size; slot++) {
      if (!Number.isFinite(rows.loss[slot]) || index.blockOf(rows.shard[slot]!, rows.row[slot]!) !== block)
        continue;
      const correction = rows.base[slot]! / rows.probability[slot]!;
      page.visit(rows.row[slot]! - firstRow, rows.step[slot]!, rows.loss[slot]!, correction, emaAlpha);
    }
  return page;
};

/** Applies the steps after the last one up to `through`. All of them from the first go batch by batch; where one of those is
 * damaged, the rest goes step by step, since the rows that are asked for may be whole. */
const applyThrough = async (
  { files, folder, history, through: last }: ResumeSetup,
  applied: AppliedLosses,
): Promise<void> => {
  const rest = () => ({ branch: history.branch, first: applied.step + 1, last });
  if (applied.step === 0)
    try {
      await applied.rebuild(readBatches({ files, folder, history }, visitColumns, rest()), last);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
    }
  for await (const rows of readSteps(files, folder, history, rest())) await applied.apply(rows, Infinity);
};

/** Opens pages as of `through`. Pages that do not fit are ignored, and rebuilt in one sequential pass of the log; a single
 * damaged page is rebuilt when it is first read.
 * @throws {LedgerError} when the log is damaged where it is read
 * @throws {StorageError} when the disk refuses. O(1), or O(bytes of the log) to rebuild. */
export const resumeLosses = async (setup: ResumeSetup): Promise<ResumedLosses> => {
  const { files, folder, index, emaAlpha, cacheBytes, through, pages, reference } = setup;
  const saved = pages === null ? null : await openSavedPages(files, pages, index);
  const reason = misfit(saved, setup);
  if (reason !== null) await saved?.close();
  const base = reason === null ? saved : null;
  const asOf = base?.header.asOf.step ?? 0;
  const store = new PageStore({
    files,
    index,
    cacheBytes,
    scratchPath: join(folder, "pages.scratch"),
    base,
    rebuild: (block) => rebuildPage(setup, block, asOf),
  });
  const from = { domains: {}, ...base?.header, step: asOf };
  const applied = new AppliedLosses(index, store, emaAlpha, from, reference);
  try {
    await applyThrough(setup, applied);
  } catch (error) {
    await closeAll([() => store.close()], { error });
  }
  return { store, applied, rebuilt: through > 0 ? reason : null };
};
