/** @file How all losses of a run are spread, over time. */
import { binnedQuantile, drawLossHeat, shades } from "../charts/loss-heat.ts";
import { figure, mark, spanning } from "../figure.ts";
import type { Findings } from "../findings.ts";
import { type Markup, html } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { evenly, middleOf, tableRows } from "../thinned.ts";
import { count, exactly, nats } from "../../quantities.ts";
import { orDash, plural, wentFrom } from "../words.ts";

/** The figure. */
export const heatFigure = (library: PlotLibrary, findings: Findings): Markup => {
  const { axis, histogram, run, masked } = findings;
  const { lastStep } = run.ledger;
  const { edges, stepsPerBucket, buckets, count: counts } = histogram;
  const bins = edges.length;
  const quantiles = Array.from({ length: buckets }, (_, bucket) => {
    const own = counts.subarray(bucket * bins, (bucket + 1) * bins);
    const at = middleOf(bucket, stepsPerBucket, lastStep) * axis.perStep;
    return [at, ...[0.1, 0.5, 0.9].map((q) => binnedQuantile(own, edges, q))] as const;
  }).filter(([, low]) => Number.isFinite(low));
  const [first, last] = [quantiles[0], quantiles.at(-1)];
  const words = `The median loss ${wentFrom(first?.[2], last?.[2])}; at the end, eight in ten losses lie between ${orDash(last?.[1])} and ${orDash(last?.[3])}.`;
  const swatches = Array.from({ length: shades }, (_, shade) => mark("swatch", `var(--heat-${shade})`));
  return figure({
    title: "How all losses are spread, and how the spread moves",
    key: html`<span>few ${swatches} many of the losses at that time</span>
      <span>${mark("line", "var(--median)")}median</span>`,
    picture: spanning((frame) =>
      drawLossHeat(library, frame, histogram, {
        alt: words,
        lastStep,
        perStep: axis.perStep,
        xLabel: `${axis.unit} →`,
        yLabel: `↑ loss, ${axis.loss}`,
      }),
    ),
    caption: html`<p>
        ${words} A second band that stays up is data the model cannot learn, or should not; a tail that thins
        out towards the bottom is data it knows by heart.
      </p>
      <p>
        Each column holds ${plural(stepsPerBucket, "step")} and sums to one; each shade stands for twice the
        share of the one before it. Bins are an eighth of an octave wide, and one for all losses below
        ${edges[1]!}.${masked > 0 ? ` ${exactly(masked)} losses were not finite; they were masked and are not drawn.` : ""}
      </p>`,
    table: {
      name: "Quantiles of the losses over time",
      head: [axis.unit, "10 %", "median", "90 %"],
      rows: evenly(quantiles, tableRows).map(([at, ...values]) => [count(at), ...values.map(nats)]),
    },
  });
};
