/** @file A small multiple: training losses as a line, held-out losses as points. */
import type { Markup } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { decadeNumber, drawn, panelFrame, shortNumber } from "./chart.ts";
import type { SeriesPoint } from "./series-chart.ts";

/** What a panel shows. */
export interface LossPanel {
  readonly alt: string;
  readonly training: readonly SeriesPoint[];
  readonly heldOut: readonly SeriesPoint[];
  /** Shared by all panels of a figure. */
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
  readonly isLogarithmic: boolean;
}

/** Draws one of several panels of the same scales. */
export const drawLossPanel = (library: PlotLibrary, panel: LossPanel): Markup => {
  const { plot } = library;
  const { alt, training, heldOut, xRange, yRange, isLogarithmic } = panel;
  return drawn(library, panelFrame, {
    alt,
    options: {
      height: 150,
      marginLeft: 30,
      marginRight: 12,
      marginTop: 8,
      marginBottom: 24,
      x: { label: null, domain: xRange, tickFormat: shortNumber, ticks: 3 },
      y: {
        label: null,
        domain: yRange,
        grid: true,
        ...(isLogarithmic ? { type: "log", ticks: 3, tickFormat: decadeNumber } : { nice: true, ticks: 4 }),
      },
    },
    marks: [
      plot.lineY(training, { x: "at", y: "mean", stroke: "var(--training)", strokeWidth: 1.5 }),
      ...(training.length === 1
        ? [plot.dot(training, { x: "at", y: "mean", r: 2.5, fill: "var(--training)" })]
        : []),
      plot.dot(heldOut, {
        x: "at",
        y: "mean",
        r: 3.6,
        fill: "var(--held-out)",
        stroke: "var(--paper)",
        strokeWidth: 1,
      }),
    ],
  });
};
