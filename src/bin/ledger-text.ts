/** @file What a run's ledger consists of, or will, as a person reads it. */
import type { BranchOutline, LedgerOutline, SegmentTotals } from "../ledger/journal/outline.ts";
import type { LedgerGrowth } from "../study/ledger-growth.ts";
import { count } from "./progress-line.ts";

/** Steps [start, end) in words; there must be some. */
const stepsText = (start: number, end: number): string =>
  end - start === 1 ? `step ${start}` : `steps ${start} … ${end - 1}`;

const segmentsText = (kind: string, { segments, bytes }: SegmentTotals): string[] =>
  segments === 0 ? [] : [`${segments} ${kind} segment${segments === 1 ? "" : "s"}, ${count(bytes)}B`];

const branchText = ({ branch, stepStart, stepEnd, liveEnd }: BranchOutline, live: number): string => {
  const name = `branch ${branch}:`;
  if (stepEnd === stepStart) return `${name} no steps`;
  const steps = `${name} ${stepsText(stepStart, stepEnd)}`;
  if (branch === live) return `${steps}, live`;
  if (liveEnd === stepStart) return `${steps}, abandoned`;
  if (liveEnd === stepEnd) return `${steps}, all of them live`;
  return `${steps}; ${stepsText(liveEnd, stepEnd)} abandoned`;
};

/** A ledger's steps and files in one line; where a run went back, a line for every branch. */
export const ledgerText = (outline: LedgerOutline): string[] => {
  const { firstStep, lastStep, branches, raw, sealed, dropped, journalBytes, tornBytes } = outline;
  const live = branches.length - 1;
  const kept = firstStep > lastStep ? "no rows" : `rows of ${stepsText(firstStep, lastStep + 1)}`;
  const parts = [
    lastStep === 0 ? "no steps yet" : stepsText(1, lastStep + 1),
    ...segmentsText("sealed", sealed),
    ...segmentsText("raw", raw),
    `journal, ${count(journalBytes)}B`,
    ...(dropped > 0 ? [`${kept} kept, ${dropped} segment${dropped === 1 ? "" : "s"} dropped`] : []),
    ...(tornBytes > 0 ? [`${count(tornBytes)}B behind its last line: under way, or torn`] : []),
  ];
  return [parts.join("; "), ...(live > 0 ? branches.map((branch) => branchText(branch, live)) : [])];
};

/** What a ledger will take by the end of a run of so many steps, and what each checkpoint has of it. */
export const growthText = ({ rows, journal, raw, pages }: LedgerGrowth, steps: number): string[] => [
  `about ${count(rows + journal)}B after ${steps} step${steps === 1 ? "" : "s"}: ${count(rows)}B of rows, ${count(journal)}B of journal`,
  `up to ${count(raw)}B more while a segment waits to be sealed; up to ${count(pages)}B of pages in each checkpoint`,
];
