/** @file A ledger's records of steps without a ledger. */
import type { Metrics, StepLine } from "../../src/ledger/journal/journal-line.ts";
import type { LedgerReader } from "../../src/ledger/reader.ts";

/** A reader of these records, of steps 1, 2, …, and of no rows. */
export const ledgerAt = (records: readonly Metrics[]): LedgerReader => {
  const lines = records.map((metrics, at): StepLine => ({
    kind: "step",
    step: at + 1,
    branch: 0,
    segment: 1,
    end: 0,
    rows: 0,
    data: 0,
    metrics,
  }));
  return {
    lastStep: lines.length,
    firstStep: 1,
    branch: 0,
    origin: { corpus: null, reference: null },
    positionOf: () => null,
    tornBytes: 0,
    async *steps() {
      yield* lines;
    },
    async *mixtures() {},
    async *observations() {},
    async *batches() {},
  };
};
