/** @file Numbers along a run, or along several runs on the same axes. */
import type { Markup } from "../markup.ts";
import type { Mark, PlotLibrary } from "../plot-library.ts";
import { type Frame, decadeNumber, drawn, shortNumber } from "./chart.ts";

/** A point of a line; `min` and `max` are the extremes of the steps that it stands for. */
export interface SeriesPoint {
  /** Place on the axis: tokens, or instances drawn. */
  readonly at: number;
  readonly mean: number;
  readonly min?: number;
  readonly max?: number;
}

/** A line. */
export interface Series {
  readonly name: string;
  /** A colour of the page's style. */
  readonly colour: string;
  /** Dashes and gaps as SVG has them; none for a plain line. */
  readonly dash?: string | undefined;
  readonly points: readonly SeriesPoint[];
  /** Dots where it was measured and nowhere between; `both` joins them. A line when left out. */
  readonly shape?: "line" | "dots" | "both";
}

/** What the lines stand in. */
export interface SeriesChart {
  readonly alt: string;
  readonly lines: readonly Series[];
  /** Null in a panel of small multiples, whose figure says it. */
  readonly xLabel: string | null;
  readonly yLabel: string | null;
  /** Levels to compare with, named. */
  readonly levels?: readonly { readonly y: number; readonly label: string }[];
  /** Least range of the y axis; it grows with the lines. */
  readonly yRange?: readonly [number, number];
  readonly yFormat?: string;
  readonly isLogarithmic?: boolean;
  readonly height?: number;
}

/** Lines that are named at their ends, at most: more names would lie on lines. */
const mostNames = 5;

/** Dots of full size on a line, at most. */
const mostDots = 60;

/** Points with where their label stands: not nearer to each other than `gap`, in the order of their values. */
export const spread = (values: readonly number[], gap: number): number[] => {
  const order = values.map((_, at) => at).toSorted((a, b) => values[a]! - values[b]!);
  const places = [...values];
  for (let i = 1; i < order.length; i++)
    places[order[i]!] = Math.max(places[order[i]!]!, places[order[i - 1]!]! + gap);
  const shift = order.reduce((sum, at) => sum + places[at]! - values[at]!, 0) / Math.max(1, order.length);
  return places.map((place) => place - shift);
};

const rangeOf = ({ lines, levels = [], yRange }: SeriesChart): [number, number] => {
  let [low, high] = yRange ?? [Infinity, -Infinity];
  const take = (value: number): void => {
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { points } of lines)
    for (const { mean, min = mean, max = mean } of points) {
      // A band is drawn for a line that is alone.
      take(lines.length === 1 ? min : mean);
      take(lines.length === 1 ? max : mean);
    }
  for (const { y } of levels) take(y);
  if (!Number.isFinite(low)) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
};

/** Names at the ends of the lines, on the chart's scale not nearer to each other than a line of text. */
const labelsOf = (
  { plot }: PlotLibrary,
  lines: readonly Series[],
  [low, high]: readonly [number, number],
  { height, isLogarithmic }: { readonly height: number; readonly isLogarithmic: boolean },
): Mark[] => {
  const onScale = (value: number): number => (isLogarithmic ? Math.log(value) : value);
  const ends = lines
    .filter(({ points }) => points.length > 0)
    .map((line) => ({ line, end: line.points.at(-1)! }));
  const places = spread(
    ends.map(({ end }) => onScale(end.mean)),
    (15 * (onScale(high) - onScale(low))) / height,
  );
  return ends.map(({ line, end }, at) =>
    plot.text([{ x: end.at, y: isLogarithmic ? Math.exp(places[at]!) : places[at]!, name: line.name }], {
      x: "x",
      y: "y",
      text: "name",
      textAnchor: "start",
      dx: 7,
      fill: line.colour,
      stroke: "var(--paper)",
      strokeWidth: 4,
    }),
  );
};

/** Lines, each with the band of its extremes where it is alone; a few are named at their ends. */
export const drawSeries = (library: PlotLibrary, frame: Frame, chart: SeriesChart): Markup => {
  const { plot } = library;
  const { lines, levels = [], height = 220 } = chart;
  const range = rangeOf(chart);
  const joined = lines.filter(({ shape }) => shape !== "dots");
  const named = joined.length > 1 && joined.length <= mostNames && !frame.isNarrow;
  const dotRadius = frame.width < 300 ? 2.2 : 3.2;
  const isLogarithmic = chart.isLogarithmic === true;
  const longest = Math.max(0, ...lines.map(({ name }) => name.length));
  const alone = lines.length === 1 ? lines[0]! : undefined;
  const isBanded = alone?.points.some(({ min, max }) => min !== max) === true;
  return drawn(library, frame, {
    alt: chart.alt,
    options: {
      height,
      marginLeft: chart.yLabel === null ? 34 : 46,
      marginBottom: chart.xLabel === null ? 22 : 34,
      marginTop: chart.yLabel === null ? 8 : 26,
      marginRight: named ? Math.min(200, 16 + 6.6 * longest) : 14,
      x: {
        domain: [0, Math.max(...lines.flatMap(({ points }) => points.map(({ at }) => at)), 0) || 1],
        label: chart.xLabel,
        tickFormat: shortNumber,
        ticks: frame.isNarrow ? 4 : 8,
        labelAnchor: "right",
      },
      y: {
        label: chart.yLabel,
        ...(isLogarithmic ? { type: "log", ticks: 6, tickFormat: decadeNumber } : { nice: true, ticks: 5 }),
        domain: range,
        grid: true,
        ...(chart.yFormat !== undefined && { tickFormat: chart.yFormat }),
      },
    },
    marks: [
      ...(isBanded
        ? [plot.areaY(alone.points, { x: "at", y1: "min", y2: "max", fill: alone.colour, fillOpacity: 0.2 })]
        : []),
      ...levels.map(({ y }) => plot.ruleY([y], { stroke: "var(--limit)", strokeDasharray: "5 3" })),
      ...joined.map(({ points, colour, dash }) =>
        plot.lineY(points, {
          x: "at",
          y: "mean",
          stroke: colour,
          strokeWidth: 1.7,
          ...(dash !== undefined && { strokeDasharray: dash }),
        }),
      ),
      ...lines
        .filter(({ shape = "line", points }) => shape !== "line" || points.length === 1)
        .map(({ points, colour }) =>
          plot.dot(points, {
            x: "at",
            y: "mean",
            r: points.length > mostDots ? 1.5 : dotRadius,
            fill: colour,
          }),
        ),
      ...levels.map(({ y, label }) =>
        plot.text([label], {
          x: null,
          y: [y],
          text: [label],
          frameAnchor: "right",
          textAnchor: "end",
          dy: -7,
          fill: "var(--limit)",
        }),
      ),
      ...(named ? labelsOf(library, joined, range, { height: height - 60, isLogarithmic }) : []),
    ],
  });
};
