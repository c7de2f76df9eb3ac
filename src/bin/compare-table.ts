/** @file A comparison as tables: every run, and the learning rates of each group side by side. */
import { groupOf, rateKey } from "../study/compare/best-rates.ts";
import type { ComparedRun } from "../study/compare/compared-run.ts";
import { nats } from "./progress-line.ts";
import { textTable } from "./text-table.ts";

const mark = "*";

const words = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const stepsOf = ({ stepsToTarget }: ComparedRun): string => stepsToTarget?.toString() ?? "never";

const lossOf = ({ heldOutLoss, diverged, steps }: ComparedRun): string =>
  diverged ? `diverged at ${steps + 1}` : heldOutLoss === null ? "none" : nats(heldOutLoss);

/** The last part of a key path, or all of it where two keys end alike. */
const shortNames = (keyPaths: readonly string[]): string[] => {
  const ends = keyPaths.map((keyPath) => keyPath.slice(keyPath.lastIndexOf(".") + 1));
  return ends.map((end, at) => (ends.indexOf(end) === ends.lastIndexOf(end) ? end : keyPaths[at]!));
};

const runsTable = (runs: readonly ComparedRun[], target: number | undefined): string => {
  const keyPaths = Object.keys(runs[0]?.varied ?? {});
  return textTable([
    [
      ...shortNames(keyPaths),
      ...(target === undefined ? [] : [`steps to ${target < 0.01 ? target.toExponential() : target}`]),
      "held-out loss",
      "mean rho",
      "mean gamma",
      "min ESS",
      "max M·w_max",
      "within 2",
    ],
    ...runs.map((run) => [
      ...keyPaths.map((keyPath) =>
        keyPath === rateKey && run.bestRate
          ? `${words(run.varied[keyPath])} ${mark}`
          : words(run.varied[keyPath]),
      ),
      ...(target === undefined ? [] : [stepsOf(run)]),
      lossOf(run),
      run.meanRho.toFixed(3),
      run.meanGamma.toPrecision(3),
      run.minEss.toFixed(1),
      run.maxWeightTimesSize.toFixed(2),
      `${(100 * run.withinCap).toFixed(0)}%`,
    ]),
  ]);
};

/** A row a group, a column a learning rate: steps to the target, or the held-out loss where there is none. */
const ratesTable = (runs: readonly ComparedRun[], target: number | undefined): string => {
  const rates = [...new Set(runs.map(({ varied }) => varied[rateKey]))];
  const keyPaths = Object.keys(runs[0]!.varied).filter((keyPath) => keyPath !== rateKey);
  const groups = [...new Set(runs.map(groupOf))].map((group) => runs.filter((run) => groupOf(run) === group));
  return textTable([
    [...shortNames(keyPaths), ...rates.map((rate) => `rate ${words(rate)}`)],
    ...groups.map((group) => [
      ...keyPaths.map((keyPath) => words(group[0]!.varied[keyPath])),
      ...rates.map((rate) => {
        const run = group.find(({ varied }) => varied[rateKey] === rate);
        if (run === undefined) return "";
        const result = target === undefined ? lossOf(run) : stepsOf(run);
        return run.bestRate ? `${result} ${mark}` : result;
      }),
    ]),
  ]);
};

/** The tables of a comparison. Marked are the best learning rates of runs alike in all other varied keys.
 * @param target held-out loss that was looked for, nats */
export const compareTable = (runs: readonly ComparedRun[], target: number | undefined): string => {
  const tables = [runsTable(runs, target)];
  if (runs.some(({ bestRate }) => bestRate)) {
    if (new Set(runs.map(groupOf)).size > 1) tables.push(ratesTable(runs, target));
    tables.push(`${mark} best learning rate, everything else alike\n`);
  }
  return tables.join("\n");
};
