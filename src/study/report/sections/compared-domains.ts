/** @file Runs compared by what each domain's held-out rows cost. */
import { panelFrame } from "../charts/chart.ts";
import { drawSeries } from "../charts/series-chart.ts";
import { figure, multiples } from "../figure.ts";
import type { Markup } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { heldOutPoints, rangeOfPoints, spansDecades } from "../points.ts";
import { orDash, wentFrom } from "../words.ts";
import { type ComparedRuns, legendOf, linesOf } from "./compared-runs.ts";

/** Domains that get a panel of their own. */
const mostPanels = 12;

/** The figure; null where no run was evaluated, or there is only one domain. */
export const comparedDomains = (library: PlotLibrary, compared: ComparedRuns): Markup | null => {
  const { runs, names, axes, loss } = compared;
  const evaluated = runs.flatMap(({ evaluations }) =>
    evaluations.flatMap(({ heldOut }) => Object.keys(heldOut)),
  );
  const domains = [...new Set(evaluated)].map((name) => ({
    name,
    lines: linesOf(compared, "both", (findings, axis) => heldOutPoints(findings, axis, name)),
  }));
  if (domains.length < 2) return null;
  const shown = domains.slice(0, mostPanels);
  const all = shown.flatMap(({ lines }) => lines.flatMap(({ points }) => points));
  const { unit } = axes[0]!;
  return figure({
    title: `Held-out loss by domain, in ${loss}, along the ${unit}`,
    key: legendOf(compared),
    picture: multiples(
      shown.map(({ name, lines }) => ({
        title: name,
        note: `last: ${lines.map(({ points }) => orDash(points.at(-1)?.mean)).join(", ")}`,
        picture: drawSeries(library, panelFrame, {
          alt: `Held-out loss of ${name}: ${lines
            .map((line) => `${line.name} ${wentFrom(line.points[0]?.mean, line.points.at(-1)?.mean)}`)
            .join("; ")}.`,
          lines,
          xLabel: null,
          yLabel: null,
          yRange: rangeOfPoints(all),
          isLogarithmic: spansDecades(all),
          height: 160,
        }),
      })),
    ),
    caption: `All panels have the same scales. What one domain gains at another's cost is hidden in the mean above.${
      domains.length > shown.length
        ? ` The first ${shown.length} of ${domains.length} domains are drawn; the table has them all.`
        : ""
    }`,
    table: {
      name: "Last held-out loss by domain",
      head: ["domain", ...names],
      rows: domains.map(({ name, lines }) => [
        name,
        ...lines.map(({ points }) => orDash(points.at(-1)?.mean)),
      ]),
    },
  });
};
