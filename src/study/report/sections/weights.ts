/** @file What the weights did: effective sample size, largest weight, gain and factor on the learning rate. */
import { drawSeries } from "../charts/series-chart.ts";
import { figure, spanning } from "../figure.ts";
import type { Findings } from "../findings.ts";
import { type Content, type Markup, html } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { pointsOf } from "../points.ts";
import { type SeriesName, largestOf, meanOf } from "../step-series.ts";
import { evenly, stepsPerBucketOf, tableRows } from "../thinned.ts";
import { count, percent } from "../../quantities.ts";
import { fixed, orDash, thinningWords } from "../words.ts";

/** The paper's theory assumes that no weight exceeds this many times the average (arXiv:2502.06733). */
export const weightCap = 2;

/** Share of the steps whose largest weight kept the cap. */
export const withinCap = (largest: Float64Array): number => {
  const finite = largest.filter((value) => Number.isFinite(value));
  return finite.filter((value) => value <= weightCap).length / finite.length;
};

interface WeightFigure {
  readonly series: SeriesName;
  readonly title: string;
  readonly yLabel: string;
  readonly words: string;
  readonly caption: Content;
  readonly level: { readonly y: number; readonly label: string };
  readonly yRange?: readonly [number, number];
  readonly digits: number;
}

const weightFigure = (library: PlotLibrary, { steps, axis }: Findings, of: WeightFigure): Markup => {
  const values = steps[of.series];
  const points = pointsOf(values, axis);
  const written = fixed(of.digits);
  return figure({
    title: of.title,
    picture: spanning((frame) =>
      drawSeries(library, frame, {
        alt: of.words,
        lines: [{ name: of.series, colour: "var(--training)", points }],
        xLabel: `${axis.unit} →`,
        yLabel: of.yLabel,
        levels: [of.level],
        height: 190,
        ...(of.yRange && { yRange: of.yRange }),
      }),
    ),
    caption: html`<p>${of.words} ${of.caption}</p>
      <p>
        Line: the mean; band: least and greatest;
        ${thinningWords(values.length, stepsPerBucketOf(values.length))}.
      </p>`,
    table: {
      name: of.title,
      head: [axis.unit, "mean", "least", "greatest"],
      rows: evenly(points, tableRows).map(({ at, mean, min, max }) => [
        count(at),
        written(mean),
        orDash(min, written),
        orDash(max, written),
      ]),
    },
  });
};

/** The section. */
export const weightsSection = (library: PlotLibrary, findings: Findings): Markup => {
  const { steps, run } = findings;
  const { batchSize } = run.config.training;
  const [ess, gamma, rho] = [meanOf(steps.ess), meanOf(steps.gamma), meanOf(steps.rho)];
  const largest = largestOf(steps.maxWeightTimesSize);
  return html`${weightFigure(library, findings, {
    series: "ess",
    title: "How many rows of a batch count",
    yLabel: "↑ effective sample size, rows",
    words: `The effective sample size is ${orDash(ess, fixed(1))} of ${batchSize} rows on average.`,
    caption: html`ESS = 1/Σw²: equal weights give the batch size, one dominating row gives 1. What is lost
    against the batch size is lost in the variance of the gradient.`,
    level: { y: batchSize, label: `batch size ${batchSize}` },
    yRange: [0, batchSize],
    digits: 2,
  })}${weightFigure(library, findings, {
    series: "maxWeightTimesSize",
    title: "The largest weight, against the cap of the theory",
    yLabel: "↑ M·w_max, multiples of the average weight",
    words: `The largest weight keeps the cap of ${weightCap} in ${orDash(withinCap(steps.maxWeightTimesSize), percent)} of all steps; the largest of all is ${orDash(largest, fixed(2))}.`,
    caption: html`The theory of dynamic reweighting (arXiv:2502.06733) assumes that no row counts more than
    twice the average. Above it, outliers and noise are amplified that much.`,
    level: { y: weightCap, label: `cap ${weightCap}` },
    yRange: [1, weightCap],
    digits: 3,
  })}${weightFigure(library, findings, {
    series: "gamma",
    title: "Gamma: what preferring adds to the mean loss of a batch",
    yLabel: "↑ gamma, nats",
    words: `Gamma is ${orDash(gamma, fixed(4))} on average.`,
    caption: html`γ = Σpℓ − Σuℓ, the weighted mean loss less the plain one. Above 0 the weights look at harder
    rows than the draws do, and the bound on convergence tightens by its mean; below 0, strategy and batch are
    at odds.`,
    level: { y: 0, label: "no preference" },
    digits: 4,
  })}${weightFigure(library, findings, {
    series: "rho",
    title: "Rho: a factor on the learning rate in disguise",
    yLabel: "↑ rho",
    words: `Rho is ${orDash(rho, fixed(3))} on average.`,
    caption: html`ρ = Σpℓ / Σuℓ acts as a factor on the step size. A run that is faster by just this factor
    would be as fast with plain weights and a larger learning rate.`,
    level: { y: 1, label: "as plain weights" },
    digits: 4,
  })}`;
};
