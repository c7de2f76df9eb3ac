/** @file What the steps of a run are laid out along, and what its losses are measured in. */
import type { ReportedRun } from "./reported-run.ts";

/** Place of a step on an axis that runs of different batch sizes can share. */
export interface Axis {
  /** What is counted. */
  readonly unit: "tokens" | "instances drawn";
  /** Of them in a step. */
  readonly perStep: number;
  /** What losses are measured in. */
  readonly loss: "nats per token" | "half squared error";
}

/** Tokens where the corpus, or the summary, says how many there are in a row of text; else instances. */
export const axisOf = ({ config, recorded, summary }: ReportedRun): Axis => {
  const { batchSize } = config.training;
  if (config.corpus.kind === "synthetic")
    return { unit: "instances drawn", perStep: batchSize, loss: "half squared error" };
  const seqLen =
    recorded?.manifest.seqLen ?? (summary && Math.round(summary.tokens / (summary.steps * batchSize)));
  if (seqLen === undefined || !Number.isFinite(seqLen))
    return { unit: "instances drawn", perStep: batchSize, loss: "nats per token" };
  return { unit: "tokens", perStep: batchSize * seqLen, loss: "nats per token" };
};

/** The axis of several runs on one chart: tokens if all of them count tokens, else instances.
 * @param axes in the order of the runs */
export const sharedAxes = (
  axes: readonly { readonly axis: Axis; readonly batchSize: number }[],
): readonly Axis[] => {
  if (axes.every(({ axis }) => axis.unit === "tokens")) return axes.map(({ axis }) => axis);
  return axes.map(({ axis, batchSize }) => ({ ...axis, unit: "instances drawn", perStep: batchSize }));
};
