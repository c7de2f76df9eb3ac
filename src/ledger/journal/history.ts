/** @file The steps of every branch: where their rows lie, and which of them the live branch consists of. */
import { LedgerError } from "../../errors.ts";
import type { JournalEntry } from "./journal.ts";
import type { BranchLine, LedgerPosition, StepLine } from "./journal-line.ts";
import { columnNames } from "../log/observations.ts";
import { type SegmentState, SegmentStates, segmentSize } from "./segment-states.ts";
import { type StepPlace, StepPlaces } from "./step-places.ts";

export type { LedgerPosition } from "./journal-line.ts";

/** What a ledger's losses are of and compared with; it stays the same for a run. */
export interface LedgerOrigin {
  /** Fingerprint of the corpus; null where an older version did not note it. */
  readonly corpus: string | null;
  /** Where the reference ledger stood; null without one. */
  readonly reference: LedgerPosition | null;
}

interface Branch {
  readonly parent: number | null;
  /** Last step shared with the parent. */
  readonly from: number;
  readonly origin: LedgerOrigin;
  readonly steps: StepPlaces;
}

const originOf = ({ corpus, reference }: BranchLine): LedgerOrigin => ({
  corpus: corpus ?? null,
  reference: reference ?? null,
});

/** Branches and steps, as the journal tells them; grows with every commit. */
export class History {
  readonly #branches: Branch[] = [];
  readonly #segments = new SegmentStates();
  readonly #path: string;
  #firstCrc = 0;

  /** @param path the journal's, for messages */
  constructor(path: string) {
    this.#path = path;
  }

  /** Number of the newest branch; −1 before the first line. */
  get branch(): number {
    return this.#branches.length - 1;
  }

  /** Segments by number, in the order of their first steps. */
  get segments(): ReadonlyMap<number, SegmentState> {
    return this.#segments.all;
  }

  /** Bytes of all segments on the disk. O(segments). */
  get segmentBytes(): number {
    return [...this.segments.values()].reduce((sum, state) => sum + segmentSize(state), 0);
  }

  /** Takes the next line in.
   * @throws {LedgerError} when it cannot follow what came before: a step left out, a branch unknown, another version */
  add({ line, crc, offset }: Pick<JournalEntry, "line" | "crc" | "offset">): void {
    if (line.kind === "branch") {
      const isNext = line.branch === this.#branches.length && line.formatVersion === 1;
      const isRooted =
        line.parent === null
          ? this.branch < 0 && line.step === 0
          : line.parent <= this.branch && line.step <= this.lastStep(line.parent);
      if (!isNext || !isRooted) throw this.#misplaced(offset, `branch ${line.branch}`);
      if (this.#branches.length === 0) this.#firstCrc = crc;
      const { parent, step: from } = line;
      this.#branches.push({ parent, from, origin: originOf(line), steps: new StepPlaces() });
    } else if (line.kind === "step") {
      if (line.branch !== this.branch || line.step !== this.lastStep(line.branch) + 1)
        throw this.#misplaced(offset, `step ${line.step}`);
      this.#addStep(line, crc, offset);
    } else if (line.kind === "seal") {
      if (!this.#segments.seal(line, columnNames.length))
        throw this.#misplaced(offset, `a seal of segment ${line.segment}`);
    } else if (line.kind === "drop" && !this.#segments.drop(line.segment))
      throw this.#misplaced(offset, `the end of segment ${line.segment}`);
  }

  /** Last step of a branch, its parents' included; 0 where there is none.
   * @throws {LedgerError} for an unknown branch */
  lastStep(branch: number): number {
    const { from, steps } = this.#branchAt(branch);
    return from + steps.length;
  }

  /** What a branch's losses are of and compared with.
   * @throws {LedgerError} for an unknown branch */
  originOf(branch: number): LedgerOrigin {
    return this.#branchAt(branch).origin;
  }

  /** Where a branch begins: behind step `from` of `parent`, which is null for the first.
   * @throws {LedgerError} for an unknown branch */
  rootOf(branch: number): { readonly parent: number | null; readonly from: number } {
    const { parent, from } = this.#branchAt(branch);
    return { parent, from };
  }

  /** Position of a step of a branch, or null where the branch does not reach it. O(branches). */
  positionOf(branch: number, step: number): LedgerPosition | null {
    if (step === 0) return { branch: 0, step, crc: this.#firstCrc };
    if (branch > this.branch || step > this.lastStep(branch)) return null;
    const place = this.place(branch, step);
    return { branch: place.branch, step, crc: place.crc };
  }

  /** Branch that wrote `step` as `branch` sees it. O(branches). */
  writerOf(branch: number, step: number): number {
    const { parent, from } = this.#branchAt(branch);
    return step > from || parent === null ? branch : this.writerOf(parent, step);
  }

  /** Last step of `writer`, or of a branch before it, that `branch` sees; all of its own are when they are the same.
   * O(branches). */
  lastShared(branch: number, writer: number): number {
    let last = Infinity;
    for (let at: number | null = branch; at !== null && at !== writer;) {
      const { parent, from }: Branch = this.#branchAt(at);
      last = Math.min(last, from);
      at = parent;
    }
    return last;
  }

  /** Whether what was written when `at.branch` stood at `at.step` belongs to what `branch` sees. O(branches). */
  sees(branch: number, at: { readonly branch: number; readonly step: number }): boolean {
    const { parent, from } = this.#branchAt(branch);
    if (branch === at.branch) return true;
    return parent !== null && at.step <= from && this.sees(parent, at);
  }

  /** Where the rows of `step` lie as `branch` sees it; the step must be there. O(branches). */
  place(branch: number, step: number): StepPlace {
    const writer = this.writerOf(branch, step);
    const { from, steps } = this.#branchAt(writer);
    return steps.at(step - from - 1, step, writer);
  }

  /** Rows of the steps up to `step` as `branch` sees them. O(steps). */
  rowsThrough(branch: number, step: number): number {
    let rows = 0;
    for (let at = 1; at <= step; at++) rows += this.place(branch, at).rows;
    return rows;
  }

  #addStep(line: StepLine, crc: number, offset: number): void {
    const place = this.#segments.add(line);
    if (place === null) throw this.#misplaced(offset, `step ${line.step} in segment ${line.segment}`);
    const { segment, end, rows, data } = line;
    const { start, firstRow } = place;
    this.#branches[line.branch]!.steps.push({ segment, start, end, rows, data, crc, firstRow });
  }

  #branchAt(branch: number): Branch {
    const found = this.#branches[branch];
    if (found === undefined)
      throw new LedgerError(`branch ${branch} is not in the journal`, {
        path: this.#path,
        hint: `its branches are 0 to ${this.branch}, the last the live one; counterweight inspect shows them`,
      });
    return found;
  }

  #misplaced(offset: number, what: string): LedgerError {
    return new LedgerError(`the journal goes on with ${what} where it cannot`, {
      path: this.#path,
      offset,
      hint: "nothing was cut; restore this file from a copy, or start a new run",
    });
  }
}
