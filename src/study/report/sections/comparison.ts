/** @file Several runs on the same axes. */
import type { Axis } from "../axis.ts";
import type { SeriesPoint } from "../charts/series-chart.ts";
import { type Findings, domainPoints } from "../findings.ts";
import { type Markup, html } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { allTrainingPoints, meanHeldOutPoints, pointsOf } from "../points.ts";
import type { SeriesName } from "../step-series.ts";
import { comparedDomains } from "./compared-domains.ts";
import { type ComparedFigure, comparedFigure } from "./compared-figure.ts";
import { comparedRuns } from "./compared-runs.ts";
import { differencesTable, runsTable } from "./run-tables.ts";
import { weightCap } from "./weights.ts";

/** Points of a line, at most: several lines that are not smooth hide each other. */
const linePoints = 60;

const ofSteps =
  (name: SeriesName) =>
  ({ steps }: Findings, axis: Axis): SeriesPoint[] =>
    pointsOf(steps[name], axis, linePoints);

/** The chapter: tables, and one figure for each number that runs can be compared by. */
export const comparison = (library: PlotLibrary, runs: readonly Findings[]): Markup => {
  const compared = comparedRuns(runs);
  const { loss, axes } = compared;
  const { unit } = axes[0]!;
  const figureOf = (words: ComparedFigure, pointsFor: Parameters<typeof comparedFigure>[3]): Markup | null =>
    comparedFigure(library, compared, words, pointsFor);
  return html`<p>
      All runs on the same axes, laid out along the ${unit}${unit === "tokens" ? " trained on" : ""}. Lines
      are thinned to at most ${domainPoints} points, each the mean of consecutive steps.
    </p>
    ${runsTable(compared)}${differencesTable(compared)}
    ${figureOf(
      {
        title: `Held-out loss along the ${unit}, mean over domains`,
        yLabel: `↑ held-out loss, ${loss}`,
        shape: "both",
        caption: html`Domains count the same. A run that is lower at the same number of ${unit} learns more
        from each; look at rho below before believing it, since a larger learning rate looks the same.`,
      },
      meanHeldOutPoints,
    )}${comparedDomains(library, compared)}${figureOf(
      {
        title: `Training loss along the ${unit}, of rows as they were drawn`,
        yLabel: `↑ training loss, ${loss}`,
        caption: html`Runs that draw other rows measure other losses: a run that prefers hard rows stands
        higher here at the same quality.`,
      },
      allTrainingPoints,
    )}${figureOf(
      {
        title: "Effective sample size, as a share of the batch",
        yLabel: "↑ ESS / batch size",
        caption: html`1 is what equal weights give.`,
        level: { y: 1, label: "equal weights" },
      },
      ({ steps, run }, axis) =>
        pointsOf(
          steps.ess.map((value) => value / run.config.training.batchSize),
          axis,
          linePoints,
        ),
    )}${figureOf(
      {
        title: "The largest weight, against the cap of the theory",
        yLabel: "↑ M·w_max",
        caption: html`Mean of each run of steps; the table above has the largest of all.`,
        level: { y: weightCap, label: `cap ${weightCap}` },
      },
      ofSteps("maxWeightTimesSize"),
    )}${figureOf(
      {
        title: "Gamma: what preferring adds to the mean loss of a batch",
        yLabel: "↑ gamma, nats",
        caption: html`Below 0, strategy and batch are at odds.`,
        level: { y: 0, label: "no preference" },
        digits: 4,
      },
      ofSteps("gamma"),
    )}${figureOf(
      {
        title: "Rho: a factor on the learning rate in disguise",
        yLabel: "↑ rho",
        caption: html`A run that is faster by the ratio of these has gained nothing that a larger learning
        rate would not give.`,
        level: { y: 1, label: "as plain weights" },
      },
      ofSteps("rho"),
    )}`;
};
