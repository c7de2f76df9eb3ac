/** @file What a ledger consists of: the branches of its history and the segments of its log. */
import { LedgerError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { History } from "./history.ts";
import { journalPath, scanJournal } from "./journal.ts";
import { firstKeptStep } from "../log/log.ts";
import { type SegmentState, segmentSize } from "./segment-states.ts";

/** What one branch wrote: steps [stepStart, stepEnd), none where the two are equal. */
export interface BranchOutline {
  readonly branch: number;
  readonly stepStart: number;
  readonly stepEnd: number;
  /** Of these the live branch consists of [stepStart, liveEnd); the others were abandoned when a run went back. */
  readonly liveEnd: number;
}

/** Segments of one kind. */
export interface SegmentTotals {
  readonly segments: number;
  readonly bytes: number;
}

/** Branches, segments and files of a ledger. */
export interface LedgerOutline {
  /** Last step of the live branch; 0 before the first. */
  readonly lastStep: number;
  /** First step of it from which on all rows are kept: 1 unless `ledger.retainSteps` dropped some. */
  readonly firstStep: number;
  /** In order of their numbers; the last one is live. */
  readonly branches: readonly BranchOutline[];
  /** Segments that are written, or wait to be sealed. */
  readonly raw: SegmentTotals;
  readonly sealed: SegmentTotals;
  /** Segments given up by `ledger.retainSteps`. */
  readonly dropped: number;
  /** Bytes of the journal's good lines. */
  readonly journalBytes: number;
  /** Bytes behind them: a commit under way, or what a crash tore. */
  readonly tornBytes: number;
}

/** Last step of each branch that the live one sees, for those that it goes back to. */
const lastLiveSteps = (history: History): ReadonlyMap<number, number> => {
  const lastSteps = new Map<number, number>();
  let last = Infinity;
  for (let branch: number | null = history.branch; branch !== null;) {
    last = Math.min(last, history.lastStep(branch));
    lastSteps.set(branch, last);
    const { parent, from }: { parent: number | null; from: number } = history.rootOf(branch);
    last = Math.min(last, from);
    branch = parent;
  }
  return lastSteps;
};

const branchesOf = (history: History): BranchOutline[] => {
  const lastSteps = lastLiveSteps(history);
  return Array.from({ length: history.branch + 1 }, (_, branch) => {
    const stepStart = history.rootOf(branch).from + 1;
    const liveEnd = Math.max(stepStart, (lastSteps.get(branch) ?? 0) + 1);
    return { branch, stepStart, stepEnd: history.lastStep(branch) + 1, liveEnd };
  });
};

const totalsOf = (states: readonly SegmentState[]): SegmentTotals => ({
  segments: states.length,
  bytes: states.reduce((sum, state) => sum + segmentSize(state), 0),
});

/** Outlines the ledger in a folder, also while another process writes it; nothing but its journal is read.
 * @throws {LedgerError} when there is no ledger, or the journal is damaged before a good line. O(bytes of the journal). */
export const readOutline = async (files: Files, folder: string): Promise<LedgerOutline> => {
  const path = journalPath(folder);
  const history = new History(path);
  const { end, tornBytes } = await scanJournal(files, path, (entries) => {
    for (const entry of entries) history.add(entry);
  });
  if (end === 0)
    throw new LedgerError("there is no ledger here", { path, hint: "name the ledger folder of a run" });
  const lastStep = history.lastStep(history.branch);
  const states = [...history.segments.values()];
  const kept = states.filter(({ dropped }) => !dropped);
  return {
    lastStep,
    firstStep: firstKeptStep(history, { branch: history.branch, first: 1, last: lastStep }),
    branches: branchesOf(history),
    raw: totalsOf(kept.filter(({ seal }) => seal === null)),
    sealed: totalsOf(kept.filter(({ seal }) => seal !== null)),
    dropped: states.length - kept.length,
    journalBytes: end,
    tornBytes,
  };
};
