/** @file A small multiple: the losses of one instance, visit by visit. */
import type { Markup } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { drawn, panelFrame, shortNumber } from "./chart.ts";

/** What a panel shows. */
export interface TrajectoryPanel {
  readonly alt: string;
  readonly visits: readonly { readonly at: number; readonly loss: number }[];
  /** Mean of all losses at the same time: what was usual. */
  readonly usual: readonly { readonly at: number; readonly mean: number }[];
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
}

/** Draws visits as dots on a line, before the mean of all in the background. */
export const drawTrajectory = (library: PlotLibrary, panel: TrajectoryPanel): Markup => {
  const { plot } = library;
  const { alt, visits, usual, xRange, yRange } = panel;
  return drawn(library, panelFrame, {
    alt,
    options: {
      height: 110,
      marginLeft: 30,
      marginRight: 12,
      marginTop: 8,
      marginBottom: 22,
      x: { label: null, domain: xRange, tickFormat: shortNumber, ticks: 3 },
      y: { label: null, domain: yRange, nice: true, grid: true, ticks: 3 },
    },
    marks: [
      plot.lineY(usual, { x: "at", y: "mean", stroke: "var(--muted)", strokeWidth: 1 }),
      plot.lineY(visits, { x: "at", y: "loss", stroke: "var(--held-out)", strokeWidth: 1.2 }),
      plot.dot(visits, { x: "at", y: "loss", r: 2.6, fill: "var(--held-out)" }),
    ],
  });
};
