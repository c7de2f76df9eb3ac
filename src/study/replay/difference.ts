/** @file The first thing in which a step of the log is not what it must be. */
import type { Draws } from "../../draws.ts";
import { LedgerError } from "../../errors.ts";
import type { Observations } from "../../ledger/log/observations.ts";

/** A value of the log beside the one that follows from configuration and earlier losses. */
export interface Difference {
  readonly step: number;
  /** Slot of the batch, from 0. */
  readonly slot: number;
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  /** Slots of the step that hold another row than they must. */
  readonly otherRows: number;
  /** More to say of it, e.g. where the found row belongs. */
  readonly remark?: string;
}

const named = ({ shard, row }: Draws, slot: number): string => `${shard[slot]}:${row[slot]}`;

const isTrained = ({ trained }: Observations, slot: number): boolean =>
  (trained[slot >> 3]! & (1 << (slot & 7))) !== 0;

const sameRow = (draws: Draws, observed: Draws, slot: number): boolean =>
  draws.shard[slot] === observed.shard[slot] && draws.row[slot] === observed.row[slot];

type Values = Pick<Difference, "what" | "expected" | "found" | "remark">;

/** What a slot holds beside the row itself, in the order of comparison. */
const columns: readonly {
  readonly what: string;
  readonly expected: (draws: Draws, slot: number, step: number) => unknown;
  readonly found: (observed: Observations, slot: number) => unknown;
}[] = [
  ...(["domain", "probability", "base"] as const).map((column) => ({
    what: `the ${column}`,
    expected: (draws: Draws, slot: number) => draws[column][slot],
    found: (observed: Observations, slot: number) => observed[column][slot],
  })),
  { what: "the step", expected: (_, __, step) => step, found: ({ step }, slot) => step[slot] },
  { what: "the mark trained", expected: () => true, found: isTrained },
];

const differenceInSlot = (
  step: number,
  slot: number,
  draws: Draws,
  observed: Observations,
): Values | null => {
  if (!sameRow(draws, observed, slot)) return rowsOf(slot, draws, observed);
  for (const { what, expected, found } of columns) {
    const values = [expected(draws, slot, step), found(observed, slot)] as const;
    if (!Object.is(values[0], values[1]))
      return { what, expected: String(values[0]), found: String(values[1]) };
  }
  return null;
};

const rowsOf = (slot: number, draws: Draws, observed: Draws): Values => {
  const found = named(observed, slot);
  const belongs = Array.from(draws.row, (_, other) => named(draws, other)).indexOf(found);
  return {
    what: "the row",
    expected: named(draws, slot),
    found,
    ...(belongs >= 0 && { remark: `which belongs in slot ${belongs}` }),
  };
};

/** First slot whose row, domain, probability, base, step or mark differs, null where none does. All are compared bit for bit. O(M). */
export const differenceOfDraws = (step: number, draws: Draws, observed: Observations): Difference | null => {
  const { size } = draws;
  if (observed.size !== size) {
    const values = { expected: String(size), found: String(observed.size) };
    return { step, slot: Math.min(observed.size, size), what: "the number of rows", ...values, otherRows: 0 };
  }
  for (let slot = 0; slot < size; slot++) {
    const values = differenceInSlot(step, slot, draws, observed);
    if (values === null) continue;
    const otherRows = draws.row.filter((_, other) => !sameRow(draws, observed, other)).length;
    return { step, slot, ...values, otherRows };
  }
  return null;
};

/** Smallest normal float32: what a graph computes below it may be cut to 0. */
const smallestNormal = 2 ** -126;

/** How far a weight may be from the one derived here: 0 means bit for bit as float32.
 * @param tolerance relative */
const isClose = (expected: number, found: number, tolerance: number): boolean =>
  Object.is(expected, found) ||
  (tolerance > 0 &&
    (Math.abs(expected - found) <= tolerance * Math.abs(expected) ||
      Math.max(Math.abs(expected), Math.abs(found)) < smallestNormal));

/** First slot whose weight differs, null where none does. O(M).
 * @param weights shape [M], derived in float64 and stored as float32
 * @param tolerance relative; 0: bit for bit */
export const differenceOfWeights = (
  step: number,
  weights: Float64Array,
  observed: Observations,
  tolerance: number,
): Difference | null => {
  const stored = Float32Array.from(weights);
  const slot = stored.findIndex((weight, at) => !isClose(weight, observed.weight[at]!, tolerance));
  if (slot < 0) return null;
  const found = String(observed.weight[slot]);
  return { step, slot, what: "the weight", expected: String(stored[slot]), found, otherRows: 0 };
};

/** The error that names a difference by step and slot, with both values.
 * @param path the ledger's folder
 * @param facts what draws follow from: where most rows of the first step are others, it is these that are not the run's */
export const differenceError = (
  { step, slot, what, expected, found, otherRows, remark }: Difference,
  path: string,
  { size, seed }: { readonly size: number; readonly seed: string | number },
): LedgerError => {
  const values = `${expected} as derived again, got ${found}${remark === undefined ? "" : `, ${remark}`}`;
  if (step === 1 && 2 * otherRows > size)
    return new LedgerError(
      `the draws of step 1 must follow from seed ${JSON.stringify(seed)}, got other rows in ${otherRows} of ${size} slots; the row in slot ${slot} must be ${values}`,
      {
        path,
        step,
        hint: "seed or sampler in config.json are not those that the run was drawn with; put its own config.json back",
      },
    );
  return new LedgerError(`${what} in slot ${slot} of step ${step} must be ${values}`, {
    path,
    step,
    hint: "the log was altered after it was written, or it is not the log of this configuration; restore it from a copy",
  });
};
