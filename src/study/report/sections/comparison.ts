/** @file Several runs on the same axes. */
import type { Config } from "../../../config/schema.ts";
import { type Axis, sharedAxes } from "../axis.ts";
import { type Series, type SeriesPoint, drawSeries } from "../charts/series-chart.ts";
import { dataTable } from "../data-table.ts";
import { figure, mark, spanning } from "../figure.ts";
import type { Findings } from "../findings.ts";
import { evenly } from "../thinned.ts";
import { type Content, type Markup, html } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { allTrainingPoints, meanHeldOutPoints, pointsOf, spansDecades } from "../points.ts";
import { type SeriesName, largestOf, meanOf } from "../step-series.ts";
import { count, duration, exactly, percent } from "../../quantities.ts";
import { fixed, orDash, wentFrom } from "../words.ts";
import { amountOf } from "./opening.ts";
import { weightCap, withinCap } from "./weights.ts";

/** Runs that lines can tell apart. */
export const mostRuns = 8;

/** Points of a line, at most: several lines that are not smooth hide each other. */
const linePoints = 60;

const dashes = [undefined, "7 3", "2 3", "9 3 2 3", "12 4", "4 2 1 2", "1 2", "7 2 2 2 2 2"];

const colourOf = (run: number): string => `var(--run-${run})`;

/** Key paths of a configuration with their values as words. */
const leavesOf = (value: unknown, path = ""): [string, string][] =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, child]) => leavesOf(child, path === "" ? key : `${path}.${key}`))
    : [[path, typeof value === "string" ? value : (JSON.stringify(value) ?? "")]];

/** Keys whose values differ between configurations, each with its value in every one of them; `–` where one has no such key. */
export const differences = (configs: readonly Config[]): (readonly [string, readonly string[]])[] => {
  const leaves = configs.map((config) => new Map(leavesOf(config)));
  const paths = [...new Set(leaves.flatMap((map) => [...map.keys()]))];
  return paths
    .map((path) => [path, leaves.map((map) => map.get(path) ?? "–")] as const)
    .filter(([, values]) => new Set(values).size > 1);
};

const measures: readonly (readonly [string, (findings: Findings, axis: Axis) => string])[] = [
  ["steps", ({ run }) => exactly(run.ledger.lastStep)],
  ["trained on", (findings) => amountOf(findings)],
  ["time", ({ run }) => (run.summary === undefined ? "not finished" : duration(run.summary.seconds))],
  ["held-out loss", (findings, axis) => orDash(meanHeldOutPoints(findings, axis).at(-1)?.mean)],
  ["training loss", (findings, axis) => orDash(allTrainingPoints(findings, axis).at(-1)?.mean)],
  ["mean rho", ({ steps }) => orDash(meanOf(steps.rho), fixed(3))],
  ["mean gamma, nats", ({ steps }) => orDash(meanOf(steps.gamma), fixed(4))],
  [
    "mean ESS",
    ({ steps, run }) => `${orDash(meanOf(steps.ess), fixed(1))} of ${run.config.training.batchSize}`,
  ],
  ["largest M·w_max", ({ steps }) => orDash(largestOf(steps.maxWeightTimesSize), fixed(2))],
  [
    `steps within M·w_max ≤ ${weightCap}`,
    ({ steps }) => orDash(withinCap(steps.maxWeightTimesSize), percent),
  ],
];

const runsTable = (runs: readonly Findings[], names: readonly string[], axes: readonly Axis[]): Markup =>
  dataTable({
    name: "The runs side by side",
    head: ["", ...names.map((name, at) => html`${mark("line", colourOf(at), dashes[at])}${name}`)],
    rows: measures.map(([name, of]) => [name, ...runs.map((findings, at) => of(findings, axes[at]!))]),
  });

const differencesTable = (runs: readonly Findings[], names: readonly string[]): Markup => {
  const different = differences(runs.map(({ run }) => run.config));
  if (different.length === 0) return html`<p>Their configurations are the same.</p>`;
  return html`<h3>What differs between their configurations</h3>
    ${dataTable({
      name: "Keys that differ",
      head: ["key", ...names],
      rows: different.map(([path, values]) => [html`<code>${path}</code>`, ...values]),
    })}`;
};

/** Names of runs, made different where two folders end alike. */
export const namesOf = (runs: readonly Findings[]): string[] => {
  const names = runs.map(({ run }) => run.name);
  return names.map((name, at) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${at + 1})`,
  );
};

/** The chapter: a table, and one figure for each number that runs can be compared by. */
export const comparison = (library: PlotLibrary, runs: readonly Findings[]): Markup => {
  const names = namesOf(runs);
  const axes = sharedAxes(runs.map(({ axis, run }) => ({ axis, batchSize: run.config.training.batchSize })));
  const { unit } = axes[0]!;
  const units = new Set(runs.map(({ axis }) => axis.loss));
  const loss = units.size === 1 ? axes[0]!.loss : "each run in its own unit";
  const legend = html`${names.map(
    (name, at) => html`<span class="long">${mark("line", colourOf(at), dashes[at])}${name}</span> `,
  )}`;
  const compared = (
    {
      title,
      yLabel,
      caption,
      level,
      digits = 3,
      shape = "line",
    }: {
      readonly title: string;
      readonly yLabel: string;
      readonly caption: Content;
      readonly level?: { readonly y: number; readonly label: string };
      readonly digits?: number;
      readonly shape?: "line" | "both";
    },
    pointsFor: (findings: Findings, axis: Axis) => readonly SeriesPoint[],
  ): Markup | null => {
    const lines: Series[] = runs.map((findings, at) => ({
      name: names[at]!,
      colour: colourOf(at),
      dash: dashes[at],
      shape,
      // Bands of several runs would hide each other.
      points: pointsFor(findings, axes[at]!).map(({ at: place, mean }) => ({ at: place, mean })),
    }));
    if (lines.every(({ points }) => points.length === 0)) return null;
    const written = (value: number): string =>
      Math.abs(value) < 0.01 && value !== 0 ? value.toExponential(2) : value.toFixed(digits);
    return figure({
      title,
      key: legend,
      picture: spanning((frame) =>
        drawSeries(library, frame, {
          alt: lines
            .map(({ name, points }) => `${name} ${wentFrom(points[0]?.mean, points.at(-1)?.mean, written)}`)
            .join("; "),
          lines,
          xLabel: `${unit} →`,
          yLabel,
          ...(level && { levels: [level] }),
          isLogarithmic: level === undefined && spansDecades(lines.flatMap(({ points }) => points)),
          height: 260,
        }),
      ),
      caption,
      table: {
        name: title,
        head: ["run", unit, yLabel.replace("↑ ", "")],
        rows: lines.flatMap(({ name, points }) =>
          evenly(points, shape === "both" ? 40 : 8).map(({ at, mean }) => [name, count(at), written(mean)]),
        ),
      },
    });
  };
  const ofSteps =
    (name: SeriesName) =>
    ({ steps }: Findings, axis: Axis): SeriesPoint[] =>
      pointsOf(steps[name], axis, linePoints);
  return html`<p>
      All runs on the same axes, laid out along the ${unit}${unit === "tokens" ? " trained on" : ""}. Lines
      are thinned to at most ${linePoints} points, each the mean of consecutive steps.
    </p>
    ${runsTable(runs, names, axes)}${differencesTable(runs, names)}
    ${compared(
      {
        title: `Held-out loss along the ${unit}, mean over domains`,
        yLabel: `↑ held-out loss, ${loss}`,
        shape: "both",
        caption: html`Domains count the same. A run that is lower at the same number of ${unit} learns more
        from each; look at rho below before believing it, since a larger learning rate looks the same.`,
      },
      meanHeldOutPoints,
    )}${compared(
      {
        title: `Training loss along the ${unit}, of rows as they were drawn`,
        yLabel: `↑ training loss, ${loss}`,
        caption: html`Runs that draw other rows measure other losses: a run that prefers hard rows stands
        higher here at the same quality.`,
      },
      allTrainingPoints,
    )}${compared(
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
        ),
    )}${compared(
      {
        title: "The largest weight, against the cap of the theory",
        yLabel: "↑ M·w_max",
        caption: html`Mean of each run of steps; the table above has the largest of all.`,
        level: { y: weightCap, label: `cap ${weightCap}` },
      },
      ofSteps("maxWeightTimesSize"),
    )}${compared(
      {
        title: "Gamma: what preferring adds to the mean loss of a batch",
        yLabel: "↑ gamma, nats",
        caption: html`Below 0, strategy and batch are at odds.`,
        level: { y: 0, label: "no preference" },
        digits: 4,
      },
      ofSteps("gamma"),
    )}${compared(
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
