/** @file Findings about engines as text: a table of what is there, then what is missing and the command that adds it. */
import type { BenchSize } from "../study/engines/engine-probe.ts";
import type { EngineFindings } from "../study/engines/survey.ts";
import { count } from "./progress-line.ts";
import { textTable } from "./text-table.ts";

/** What was asked of every engine. */
export interface Asked {
  readonly check: boolean;
  readonly sizes: readonly BenchSize[];
  readonly limitMs: number;
}

/** Layers, heads, width, context, batch, vocabulary: `(4,4,128,128,16,1024)`. */
export const sizeName = ({ sizes, rows }: BenchSize): string =>
  `(${[sizes.layers, sizes.heads, sizes.width, sizes.context, rows, sizes.vocabSize].join(",")})`;

const stateOf = ({ found, problem }: EngineFindings): string => {
  if (found === null) return "missing";
  return problem === null ? "ready" : "wrong";
};

const speedCells = ({ found, stepMs }: EngineFindings, { sizes, limitMs }: Asked): string[] =>
  sizes.flatMap(({ sizes: { context }, rows }, at) => {
    const ms = stepMs[at];
    if (found === null || ms === undefined) return ["", ""];
    if (ms === null) return [`over ${limitMs / 1000} s`, ""];
    return [ms < 100 ? ms.toFixed(1) : ms.toFixed(0), count((1000 * rows * context) / ms)];
  });

/** Engines, one a line, in the order they were asked. */
export const enginesTable = (findings: readonly EngineFindings[], asked: Asked): string => {
  const rows = findings.map((finding) => [
    finding.candidate.name,
    stateOf(finding),
    finding.found?.version ?? "",
    finding.found?.name ?? "",
    ...(asked.check ? [finding.gradientError?.toExponential(1) ?? ""] : []),
    ...speedCells(finding, asked),
  ]);
  const sizes = asked.sizes.flatMap((size) => [`${sizeName(size)} ms/step`, "tokens/s"]);
  const table = textTable([
    ["engine", "", "version", "runs as", ...(asked.check ? ["gradient error"] : []), ...sizes],
    ...rows,
  ]);
  const problems = findings.flatMap(({ candidate, problem }) => {
    if (problem === null) return [];
    return [
      `${candidate.name}: ${problem.message}`,
      ...(problem.hint === undefined ? [] : [`  ${problem.hint}`]),
    ];
  });
  return problems.length === 0 ? table : `${table}\n${problems.join("\n")}\n`;
};
