/** @file A figure that compares runs by one number. */
import type { Axis } from "../axis.ts";
import { type SeriesPoint, drawSeries } from "../charts/series-chart.ts";
import { figure, spanning } from "../figure.ts";
import type { Findings } from "../findings.ts";
import type { Content, Markup } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { spansDecades } from "../points.ts";
import { evenly } from "../thinned.ts";
import { count } from "../../quantities.ts";
import { fixed, wentFrom } from "../words.ts";
import { type ComparedRuns, legendOf, linesOf } from "./compared-runs.ts";

/** What a figure says beside its lines. */
export interface ComparedFigure {
  readonly title: string;
  readonly yLabel: string;
  readonly caption: Content;
  readonly level?: { readonly y: number; readonly label: string };
  /** Digits behind the point, in words and table. */
  readonly digits?: number;
  /** `both` where it was measured at few places, and nowhere between. */
  readonly shape?: "line" | "both";
}

/** Rows of the table for each run: all of few points, some of many. */
const rowsOf = { both: 40, line: 8 } as const;

/** The figure; null where no run has such a number. */
export const comparedFigure = (
  library: PlotLibrary,
  compared: ComparedRuns,
  { title, yLabel, caption, level, digits = 3, shape = "line" }: ComparedFigure,
  pointsFor: (findings: Findings, axis: Axis) => readonly SeriesPoint[],
): Markup | null => {
  const { unit } = compared.axes[0]!;
  const lines = linesOf(compared, shape, pointsFor);
  if (lines.every(({ points }) => points.length === 0)) return null;
  const written = (value: number): string =>
    Math.abs(value) < 0.01 && value !== 0 ? value.toExponential(2) : fixed(digits)(value);
  return figure({
    title,
    key: legendOf(compared),
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
        evenly(points, rowsOf[shape]).map(({ at, mean }) => [name, count(at), written(mean)]),
      ),
    },
  });
};
