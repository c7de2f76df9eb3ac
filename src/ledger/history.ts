/** @file The steps of every branch: where their rows lie, and which of them the live branch consists of. */
import { LedgerError } from "../errors.ts";
import type { JournalEntry } from "./journal.ts";
import type { BranchLine, LedgerPosition, StepLine } from "./journal-line.ts";

export type { LedgerPosition } from "./journal-line.ts";

/** What a ledger's losses are of and compared with; it stays the same for a run. */
export interface LedgerOrigin {
  /** Fingerprint of the corpus; null where an older version did not note it. */
  readonly corpus: string | null;
  /** Where the reference ledger stood; null without one. */
  readonly reference: LedgerPosition | null;
}

/** Where a step's rows lie: bytes [start, end) of a segment. */
export interface StepPlace {
  readonly step: number;
  readonly branch: number;
  readonly segment: number;
  readonly start: number;
  readonly end: number;
  readonly rows: number;
  /** CRC-32 of the bytes. */
  readonly data: number;
  /** Checksum of the step's journal line. */
  readonly crc: number;
}

const fields = 6;

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

/** Places of a branch's steps, in order; 48 bytes a step instead of an object's 120. */
class StepPlaces {
  #values = new Float64Array(64 * fields);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(place: Omit<StepPlace, "step" | "branch">): void {
    const at = this.#length * fields;
    if (at === this.#values.length) {
      const grown = new Float64Array(2 * at);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[at] = place.segment;
    this.#values[at + 1] = place.start;
    this.#values[at + 2] = place.end;
    this.#values[at + 3] = place.rows;
    this.#values[at + 4] = place.data;
    this.#values[at + 5] = place.crc;
    this.#length++;
  }

  at(index: number, step: number, branch: number): StepPlace {
    const at = index * fields;
    return {
      step,
      branch,
      segment: this.#values[at]!,
      start: this.#values[at + 1]!,
      end: this.#values[at + 2]!,
      rows: this.#values[at + 3]!,
      data: this.#values[at + 4]!,
      crc: this.#values[at + 5]!,
    };
  }
}

/** Branches and steps, as the journal tells them; grows with every commit. */
export class History {
  readonly #branches: Branch[] = [];
  readonly #segmentEnds = new Map<number, number>();
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

  /** Bytes of each segment that journal lines speak for. */
  get segmentEnds(): ReadonlyMap<number, number> {
    return this.#segmentEnds;
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
      this.#addStep(line, crc);
    } else if (line.kind === "seal")
      throw new LedgerError(`segment ${line.segment} is sealed, which this version cannot read`, {
        path: this.#path,
        offset,
        hint: "use the version that wrote it, or a newer one",
      });
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

  #addStep({ segment, end, rows, data, branch }: StepLine, crc: number): void {
    const start = this.#segmentEnds.get(segment) ?? 0;
    this.#segmentEnds.set(segment, end);
    this.#branches[branch]!.steps.push({ segment, start, end, rows, data, crc });
  }

  #branchAt(branch: number): Branch {
    const found = this.#branches[branch];
    if (found === undefined)
      throw new LedgerError(`branch ${branch} is not in the journal`, { path: this.#path });
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
