/** @file Where a run's time went, as far as its records say. */
import { drawSeries } from "../charts/series-chart.ts";
import { figure, mark, spanning } from "../figure.ts";
import type { Findings } from "../findings.ts";
import { type Markup, html } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { pointsOf } from "../points.ts";
import { isRecorded, meanOf } from "../step-series.ts";
import { stepsPerBucketOf } from "../thinned.ts";
import { duration } from "../../quantities.ts";
import { orDash, plural, thinningWords } from "../words.ts";

const stages = [
  { series: "ms", name: "training and weighing", colour: "var(--run-0)", dash: undefined },
  { series: "drawMs", name: "drawing", colour: "var(--run-1)", dash: "6 3" },
  { series: "readMs", name: "reading tokens", colour: "var(--run-2)", dash: "2 3" },
] as const;

const milliseconds = (value: number): string =>
  value >= 10 ? value.toFixed(0) : value >= 0.1 ? value.toFixed(1) : value.toPrecision(2);

/** The section. */
export const timeSection = (library: PlotLibrary, { steps, axis, run }: Findings): Markup => {
  const recorded = stages.filter(({ series }) => isRecorded(steps[series]));
  const means = recorded.map(({ series }) => meanOf(steps[series]));
  const { lag } = run.config.sampler;
  const seconds = run.summary?.seconds;
  const words = recorded.map(({ name }, at) => `${name} ${milliseconds(means[at]!)} ms`).join(", ");
  return figure({
    title: "Wall time of a step, by stage",
    key: recorded.map(
      ({ name, colour, dash }) => html`<span>${mark("line", colour, dash ?? "")}${name}</span>`,
    ),
    picture: spanning((frame) =>
      drawSeries(library, frame, {
        alt: `Mean milliseconds a step: ${words}.`,
        lines: recorded.map(({ series, name, colour, dash }) => ({
          name,
          colour,
          dash,
          points: pointsOf(steps[series], axis),
        })),
        xLabel: `${axis.unit} →`,
        yLabel: "↑ milliseconds, logarithmic",
        isLogarithmic: true,
      }),
    ),
    caption: html`<p>
        Mean of a step: ${words}.
        ${
          lag > 0
            ? `Batches are drawn and read ${plural(lag, "step")} ahead, while the trainer works, so those two cost a step's time only where they are longer than it.`
            : "With lag 0, a step waits for its batch to be drawn and read."
        }${recorded.length < stages.length ? " Other stages were not recorded by the version that ran this." : ""}
        ${
          seconds === undefined
            ? ""
            : `All steps took ${duration(seconds)}; evaluations, checkpoints and starting up are not in it, and not recorded.`
        }
      </p>
      <p>${thinningWords(steps.ms.length, stepsPerBucketOf(steps.ms.length))}, their mean.</p>`,
    table: {
      name: "Wall time by stage",
      head: ["stage", "mean ms a step", "total"],
      rows: recorded.map(({ series, name }, at) => [
        name,
        orDash(means[at], milliseconds),
        duration((means[at]! * steps[series].length) / 1000),
      ]),
    },
  });
};
