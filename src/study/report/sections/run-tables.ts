/** @file Several runs as tables: what they came to, and what differs between their configurations. */
import type { Config } from "../../../config/schema.ts";
import type { Axis } from "../axis.ts";
import { dataTable } from "../data-table.ts";
import { mark } from "../figure.ts";
import type { Findings } from "../findings.ts";
import { type Markup, html } from "../markup.ts";
import { allTrainingPoints, meanHeldOutPoints } from "../points.ts";
import { largestOf, meanOf } from "../step-series.ts";
import { duration, exactly, percent } from "../../quantities.ts";
import { fixed, orDash } from "../words.ts";
import { type ComparedRuns, colourOf, dashOf } from "./compared-runs.ts";
import { amountOf } from "./opening.ts";
import { weightCap, withinCap } from "./weights.ts";

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

/** What the runs came to, a column a run. */
export const runsTable = ({ runs, names, axes }: ComparedRuns): Markup =>
  dataTable({
    name: "The runs side by side",
    head: ["", ...names.map((name, at) => html`${mark("line", colourOf(at), dashOf(at))}${name}`)],
    rows: measures.map(([name, of]) => [name, ...runs.map((findings, at) => of(findings, axes[at]!))]),
  });

/** Keys that differ, a column a run. */
export const differencesTable = ({ runs, names }: ComparedRuns): Markup => {
  const different = differences(runs.map(({ run }) => run.config));
  if (different.length === 0) return html`<p>Their configurations are the same.</p>`;
  return html`<h3>What differs between their configurations</h3>
    ${dataTable({
      name: "Keys that differ",
      head: ["key", ...names],
      rows: different.map(([path, values]) => [html`<code>${path}</code>`, ...values]),
    })}`;
};
