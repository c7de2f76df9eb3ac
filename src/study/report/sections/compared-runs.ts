/** @file Several runs that share a page: their names, axes and lines. */
import { type Axis, sharedAxes } from "../axis.ts";
import type { Series, SeriesPoint } from "../charts/series-chart.ts";
import { mark } from "../figure.ts";
import type { Findings } from "../findings.ts";
import { type Markup, html } from "../markup.ts";

/** Runs that lines can tell apart. */
export const mostRuns = 8;

const dashes = [undefined, "7 3", "2 3", "9 3 2 3", "12 4", "4 2 1 2", "1 2", "7 2 2 2 2 2"];

/** Colour of a run's line; the page's style has {@link mostRuns}. */
export const colourOf = (run: number): string => `var(--run-${run})`;

/** Dashes of a run's line, so that it is told apart without its colour; undefined for the first, which has none. */
export const dashOf = (run: number): string | undefined => dashes[run];

/** Runs in the order of their lines. */
export interface ComparedRuns {
  readonly runs: readonly Findings[];
  /** Different from each other. */
  readonly names: readonly string[];
  /** All of one unit. */
  readonly axes: readonly Axis[];
  /** What their losses are measured in. */
  readonly loss: string;
}

/** Names of runs, made different where two folders end alike. */
export const namesOf = (runs: readonly Findings[]): string[] => {
  const names = runs.map(({ run }) => run.name);
  return names.map((name, at) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${at + 1})`,
  );
};

/** Runs on axes that they can share.
 * @param runs 1 … 8 of them */
export const comparedRuns = (runs: readonly Findings[]): ComparedRuns => {
  const axes = sharedAxes(runs.map(({ axis, run }) => ({ axis, batchSize: run.config.training.batchSize })));
  const units = [...new Set(axes.map(({ loss }) => loss))];
  return {
    runs,
    names: namesOf(runs),
    axes,
    loss: units.length === 1 ? units[0]! : "each run in its own unit",
  };
};

/** A line a run, without bands: those of several runs would hide each other. */
export const linesOf = (
  { runs, names, axes }: ComparedRuns,
  shape: "line" | "both",
  pointsFor: (findings: Findings, axis: Axis) => readonly SeriesPoint[],
): Series[] =>
  runs.map((findings, at) => ({
    name: names[at]!,
    colour: colourOf(at),
    dash: dashOf(at),
    shape,
    points: pointsFor(findings, axes[at]!).map(({ at: place, mean }) => ({ at: place, mean })),
  }));

/** Key of every figure that compares. */
export const legendOf = ({ names }: ComparedRuns): Markup =>
  html`${names.map(
    (name, at) => html`<span class="long">${mark("line", colourOf(at), dashOf(at))}${name}</span> `,
  )}`;
