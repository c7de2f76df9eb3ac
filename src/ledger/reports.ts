/** @file Losses on their way in: which rows a step expects, which of them have come, and what each odd report does. */
import type { Draws } from "../draws.ts";
import { EngineError, SamplerError, mustBe } from "../errors.ts";
import type { InstanceIndex } from "./pages/instance-index.ts";
import { BatchPool } from "./log/batch-pool.ts";
import type { Observations, StepBatch } from "./log/observations.ts";

/** What a report did to its slots. */
export interface ReportOutcome {
  readonly accepted: number;
  /** Slots reported before: the first loss stands. */
  readonly duplicate: number;
  /** Slots of a step already committed: nothing changes. */
  readonly late: number;
}

/** What goes into the log beside the losses of a step. */
export interface StepCommit {
  /** Shape [M], coefficients of the losses in the step's gradient. */
  readonly weights: ArrayLike<number>;
  /** Shape [M], 0 for a row that was only scored; all trained when left out. */
  readonly trained?: ArrayLike<number>;
}

interface OpenStep extends StepBatch {
  /** Shape [M], 1 where a loss has come. */
  readonly reported: Uint8Array;
  missing: number;
}

const sameRows = (open: OpenStep, draws: Draws): boolean =>
  open.columns.size === draws.size &&
  (["shard", "row", "domain", "probability", "base"] as const).every((name) =>
    open.columns[name].every((value, slot) => value === draws[name][slot]),
  );

/** Sets the bits of trained rows among zeros. */
const fillTrained = ({ size, trained: bits }: Observations, trained: ArrayLike<number> | undefined): void => {
  if (trained === undefined) {
    bits.fill(255, 0, size >> 3);
    if (size % 8 !== 0) bits[size >> 3] = (1 << (size & 7)) - 1;
  } else for (let slot = 0; slot < size; slot++) if (trained[slot] !== 0) bits[slot >> 3]! |= 1 << (slot & 7);
};

/** Steps whose losses have not all come. */
export class Reports {
  readonly #open = new Map<number, OpenStep>();
  readonly #pool = new BatchPool();
  readonly #index: InstanceIndex;
  readonly #nonFinite: "error" | "mask";

  constructor(index: InstanceIndex, nonFinite: "error" | "mask") {
    this.#index = index;
    this.#nonFinite = nonFinite;
  }

  /** Says that nothing looks at what {@link take} gave of steps ≤ `step` any more: it may be filled again. */
  free(step: number): void {
    this.#pool.free(step);
  }

  /** Opens a step; the same rows again change nothing.
   * @param committed last committed step
   * @throws {SamplerError} for a committed step, other rows than before, or a row that the corpus does not have. O(M). */
  expect(step: number, draws: Draws, committed: number): void {
    if (step <= committed)
      throw new SamplerError(mustBe("a step to expect", `after ${committed}`, step), { step });
    const known = this.#open.get(step);
    if (known !== undefined) {
      if (sameRows(known, draws)) return;
      throw new SamplerError("a step must be expected with the rows it was opened with", { step });
    }
    if (draws.size === 0) throw new SamplerError(mustBe("a step's rows", "at least one", 0), { step });
    for (let slot = 0; slot < draws.size; slot++) this.#index.check(draws.shard[slot]!, draws.row[slot]!);
    const batch = this.#pool.take(draws.size);
    for (const name of ["shard", "row", "domain", "probability", "base"] as const)
      batch.columns[name].set(draws[name]);
    this.#open.set(step, { ...batch, reported: new Uint8Array(draws.size), missing: draws.size });
  }

  /** Takes losses in; {@link Ledger} has the table of outcomes. All of a report is checked before any of it counts. O(M). */
  report(
    step: number,
    losses: ArrayLike<number>,
    {
      firstSlot,
      targets,
      committed,
    }: { firstSlot: number; targets: ArrayLike<number> | undefined; committed: number },
  ): ReportOutcome {
    if (step <= committed) return { accepted: 0, duplicate: 0, late: losses.length };
    const open = this.#open.get(step);
    if (open === undefined)
      throw new SamplerError("losses must be of a step that was drawn", {
        step,
        hint: `the last committed step is ${committed}; report each step with the number its batch came with`,
      });
    this.#check(open, step, losses, firstSlot, targets);
    if (open.missing === open.columns.size) {
      open.columns.loss.set(losses, firstSlot);
      open.columns.targets.set(targets ?? [], firstSlot);
      open.reported.fill(1, firstSlot, firstSlot + losses.length);
      open.missing -= losses.length;
      return { accepted: losses.length, duplicate: 0, late: 0 };
    }
    let accepted = 0;
    for (let index = 0; index < losses.length; index++) {
      const slot = firstSlot + index;
      if (open.reported[slot] === 1) continue;
      open.reported[slot] = 1;
      open.columns.loss[slot] = losses[index]!;
      if (targets !== undefined) open.columns.targets[slot] = targets[index]!;
      accepted++;
    }
    open.missing -= accepted;
    return { accepted, duplicate: losses.length - accepted, late: 0 };
  }

  /** Closes a step: its batch, filled; it stays as it is until {@link free} says that it may change.
   * @throws {SamplerError} when the step is not open, a loss is missing, or weights are not M. O(M). */
  take(step: number, branch: number, { weights, trained }: StepCommit): StepBatch {
    const open = this.#open.get(step);
    if (open === undefined) throw new SamplerError("a step to commit must be one that was drawn", { step });
    const { columns, bytes, missing, reported } = open;
    if (missing > 0)
      throw new SamplerError(
        mustBe(
          `losses of step ${step}`,
          `${columns.size}`,
          `${columns.size - missing}; slot ${reported.indexOf(0)} is missing`,
        ),
        { step, hint: "report the missing slots, then commit" },
      );
    for (const [name, values] of [
      ["weights", weights],
      ["trained", trained],
    ] as const)
      if (values !== undefined && values.length !== columns.size)
        throw new SamplerError(mustBe(name, `${columns.size} values`, values.length), { step });
    columns.step.fill(step);
    columns.branch.fill(branch);
    columns.weight.set(weights);
    for (let slot = 0; slot < columns.size; slot++)
      if (!Number.isFinite(columns.loss[slot])) columns.weight[slot] = 0;
    fillTrained(columns, trained);
    this.#open.delete(step);
    const batch = { bytes, columns };
    this.#pool.give(step, batch);
    return batch;
  }

  #check(
    open: OpenStep,
    step: number,
    losses: ArrayLike<number>,
    firstSlot: number,
    targets: ArrayLike<number> | undefined,
  ): void {
    const { size } = open.columns;
    if (!Number.isInteger(firstSlot) || firstSlot < 0 || firstSlot + losses.length > size)
      throw new SamplerError(
        mustBe(
          "reported slots",
          `within 0 to ${size - 1}`,
          `${firstSlot} to ${firstSlot + losses.length - 1}`,
        ),
        { step },
      );
    if (targets !== undefined && targets.length !== losses.length)
      throw new SamplerError(mustBe("targets", `${losses.length} values`, targets.length), { step });
    if (this.#nonFinite === "mask") return;
    for (let index = 0; index < losses.length; index++)
      if (!Number.isFinite(Math.fround(losses[index]!)))
        throw new EngineError(
          mustBe(`the loss of slot ${firstSlot + index}`, "a finite float32", losses[index]),
          {
            step,
            hint: "lower the learning rate, clip gradients, or set weighing.nonFinite to mask; the step is not committed",
          },
        );
  }
}
