/** @file Shares of the domains: asked for, drawn, and weighed. */
import type { Markup } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { type Frame, drawn } from "./chart.ts";

/** A domain's shares, in [0, 1]. */
export interface ShareRow {
  readonly name: string;
  /** Null where it is not known. */
  readonly requested: number | null;
  readonly realised: number;
  readonly weighted: number;
}

const shortened = (name: string, most: number): string =>
  name.length <= most ? name : `${name.slice(0, most - 1)}…`;

/** Draws a row a domain: a tick for what was asked for, a dot for what was drawn, a ring for its part of the weight. */
export const drawShares = (
  library: PlotLibrary,
  frame: Frame,
  alt: string,
  rows: readonly ShareRow[],
): Markup => {
  const { plot } = library;
  const most = frame.isNarrow ? 13 : 24;
  const named = rows.map((row, at) => ({ ...row, key: `${at}`, name: shortened(row.name, most) }));
  const names = new Map(named.map(({ key, name }) => [key, name]));
  const longest = Math.max(...named.map(({ name }) => name.length));
  return drawn(library, frame, {
    alt,
    options: {
      height: 56 + 22 * rows.length,
      marginLeft: 18 + 6.6 * longest,
      marginTop: 8,
      marginBottom: 36,
      marginRight: 14,
      x: {
        label: "share of all draws, or of all weight",
        tickFormat: "~%",
        grid: true,
        ticks: frame.isNarrow ? 4 : 8,
        zero: true,
        labelAnchor: "right",
      },
      y: {
        type: "band",
        domain: named.map(({ key }) => key),
        label: null,
        tickFormat: (key: string) => names.get(key),
        tickSize: 0,
      },
    },
    marks: [
      plot.link(named, {
        x1: "realised",
        x2: "weighted",
        y1: "key",
        y2: "key",
        stroke: "var(--held-out)",
        strokeWidth: 2,
      }),
      plot.tickX(
        named.filter(({ requested }) => requested !== null),
        { x: "requested", y: "key", stroke: "var(--ink)", strokeWidth: 2, inset: 3 },
      ),
      plot.dot(named, { x: "realised", y: "key", r: 4.2, fill: "var(--training)" }),
      plot.dot(named, {
        x: "weighted",
        y: "key",
        r: 4.2,
        fill: "var(--paper)",
        stroke: "var(--held-out)",
        strokeWidth: 2,
      }),
    ],
  });
};
