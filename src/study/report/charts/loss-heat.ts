/** @file The distribution of losses over time as a heat map. */
import type { LossHistogram } from "../../questions/loss-histogram.ts";
import type { Markup } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { middleOf } from "../thinned.ts";
import { type Frame, drawn, shortNumber } from "./chart.ts";

/** Shades of the heat map, from few to many; the page's style has a colour for each. */
export const shades = 7;

/** A cell: the share of a bucket's losses that lie in one bin. */
export interface HeatCell {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
  readonly share: number;
}

/** Bins that hold anything, as cells.
 * @param perStep of the axis' unit */
export const heatCells = (histogram: LossHistogram, lastStep: number, perStep: number): HeatCell[] => {
  const { edges, stepsPerBucket, buckets, count } = histogram;
  const bins = edges.length;
  const cells: HeatCell[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const own = count.subarray(bucket * bins, (bucket + 1) * bins);
    const total = own.reduce((sum, value) => sum + value, 0);
    // Step s leads from s − 1 to s on the axis.
    const x1 = Math.max(0, bucket * stepsPerBucket - 1) * perStep;
    const x2 = Math.min(lastStep, (bucket + 1) * stepsPerBucket - 1) * perStep;
    for (const [bin, value] of own.entries())
      if (value > 0)
        cells.push({
          x1,
          x2,
          y1: bin === 0 ? 0 : edges[bin]!,
          y2: bin === bins - 1 ? 2 * edges[bin]! : edges[bin + 1]!,
          share: value / total,
        });
  }
  return cells;
};

/** Shade of a share, 0 … `shades` − 1: the least share that has shade s is 2^(s − shades + 1) of the largest. */
export const shadeOf = (share: number, largest: number): number =>
  Math.max(0, shades - 1 + Math.floor(Math.log2(share / largest) + 1e-9));

/** Quantile of a bucket's losses, at the edge of its bin; NaN for an empty bucket. */
export const binnedQuantile = (own: Float64Array, edges: Float64Array, q: number): number => {
  const total = own.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  for (const [bin, value] of own.entries()) {
    if (sum + value >= q * total && value > 0) {
      const low = bin === 0 ? 0 : edges[bin]!;
      const high = edges[bin + 1] ?? low;
      return low + (high - low) * ((q * total - sum) / value);
    }
    sum += value;
  }
  return Number.NaN;
};

/** Draws cells in shades, with the median as a line. */
export const drawLossHeat = (
  library: PlotLibrary,
  frame: Frame,
  histogram: LossHistogram,
  words: {
    readonly alt: string;
    readonly lastStep: number;
    readonly perStep: number;
    readonly xLabel: string;
    readonly yLabel: string;
  },
): Markup => {
  const { plot } = library;
  const { lastStep, perStep } = words;
  const cells = heatCells(histogram, lastStep, perStep);
  const largest = cells.reduce((most, { share }) => Math.max(most, share), 0);
  const shaded = cells.map((cell) => ({ ...cell, shade: shadeOf(cell.share, largest) }));
  const bins = histogram.edges.length;
  const medians = Array.from({ length: histogram.buckets }, (_, bucket) => ({
    at: middleOf(bucket, histogram.stepsPerBucket, lastStep) * perStep,
    median: binnedQuantile(
      histogram.count.subarray(bucket * bins, (bucket + 1) * bins),
      histogram.edges,
      0.5,
    ),
  }));
  return drawn(library, frame, {
    alt: words.alt,
    options: {
      height: 300,
      marginLeft: 46,
      marginBottom: 34,
      marginTop: 26,
      marginRight: 14,
      x: {
        label: words.xLabel,
        tickFormat: shortNumber,
        ticks: frame.isNarrow ? 4 : 8,
        labelAnchor: "right",
      },
      y: { label: words.yLabel, ticks: 6 },
    },
    marks: [
      ...Array.from({ length: shades }, (_, shade) =>
        plot.rect(
          shaded.filter((cell) => cell.shade === shade),
          { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: `var(--heat-${shade})` },
        ),
      ),
      plot.lineY(medians, { x: "at", y: "median", stroke: "var(--paper)", strokeWidth: 4.5 }),
      plot.lineY(medians, { x: "at", y: "median", stroke: "var(--median)", strokeWidth: 1.8 }),
      ...(histogram.buckets < 3
        ? [plot.dot(medians, { x: "at", y: "median", r: 3.2, fill: "var(--median)" })]
        : []),
    ],
  });
};
