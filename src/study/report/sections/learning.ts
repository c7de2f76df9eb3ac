/** @file What the model learnt: training and held-out losses, all together and by domain. */
import { drawLossPanel } from "../charts/loss-panel.ts";
import { type SeriesPoint, drawSeries } from "../charts/series-chart.ts";
import type { DataTable } from "../data-table.ts";
import { figure, mark, multiples, spanning } from "../figure.ts";
import type { Findings } from "../findings.ts";
import { type Markup, html } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { heldOutPoints, rangeOfPoints, spansDecades, trainingPoints } from "../points.ts";
import { exactly } from "../../quantities.ts";
import { orDash, thinningWords, wentFrom } from "../words.ts";
import { mostEvaluations } from "../thinned.ts";
import { heatFigure } from "./spread.ts";

/** Domains that get a panel of their own. */
const mostPanels = 12;

interface DomainLine {
  readonly name: string;
  readonly rows: number;
  readonly training: readonly SeriesPoint[];
  readonly heldOut: readonly SeriesPoint[];
}

const pointsIn = (lines: readonly DomainLine[]): SeriesPoint[] =>
  lines.flatMap(({ training, heldOut }) => [...training, ...heldOut]);

const keyOf = (hasHeldOut: boolean): Markup =>
  html`<span>${mark("line", "var(--training)")}training rows, as drawn</span>${
      hasHeldOut ? html` <span>${mark("dot", "var(--held-out)")}held-out rows</span>` : null
    }`;

const tableOf = (lines: readonly DomainLine[]): DataTable => ({
  name: "Losses by domain",
  head: ["domain", "draws", "training, first", "training, last", "held out, first", "held out, last"],
  rows: lines.map(({ name, rows, training, heldOut }) => [
    name,
    exactly(rows),
    orDash(training[0]?.mean),
    orDash(training.at(-1)?.mean),
    orDash(heldOut[0]?.mean),
    orDash(heldOut.at(-1)?.mean),
  ]),
});

const altOf = ({ name, training, heldOut }: DomainLine): string =>
  `Loss of ${name}: training ${wentFrom(training[0]?.mean, training.at(-1)?.mean)}, ${
    heldOut.length > 0 ? `held out ${wentFrom(heldOut[0]!.mean, heldOut.at(-1)!.mean)}` : "no held-out rows"
  }.`;

const onlyDomain = (library: PlotLibrary, { axis }: Findings, line: DomainLine): Markup => {
  const lines = [{ name: "training", colour: "var(--training)", points: line.training }];
  return spanning((frame) =>
    drawSeries(library, frame, {
      alt: altOf(line),
      lines: [
        ...lines,
        ...(line.heldOut.length > 0
          ? [{ name: "held out", colour: "var(--held-out)", points: line.heldOut, shape: "dots" as const }]
          : []),
      ],
      xLabel: `${axis.unit} →`,
      yLabel: `↑ loss, ${axis.loss}`,
      isLogarithmic: spansDecades(pointsIn([line])),
      height: 260,
    }),
  );
};

const heldOutWords = ({ evaluations }: Findings): string => {
  if (evaluations.length === 0) return " No held-out rows were scored.";
  return evaluations.length > mostEvaluations
    ? ` Held-out points: ${mostEvaluations} of ${exactly(evaluations.length)} evaluations, evenly spread.`
    : " Held-out points are all drawn.";
};

const panels = (library: PlotLibrary, { axis, run }: Findings, shown: readonly DomainLine[]): Markup => {
  const all = pointsIn(shown);
  const shared = {
    xRange: [0, run.ledger.lastStep * axis.perStep],
    yRange: rangeOfPoints(all),
    isLogarithmic: spansDecades(all),
  } as const;
  return multiples(
    shown.map((line) => {
      const [which, points] =
        line.heldOut.length > 0 ? ["held out", line.heldOut] : ["training", line.training];
      return {
        title: line.name,
        note: `${which} ${orDash(points[0]?.mean)} → ${orDash(points.at(-1)?.mean)}`,
        picture: drawLossPanel(library, {
          alt: altOf(line),
          training: line.training,
          heldOut: line.heldOut,
          ...shared,
        }),
      };
    }),
  );
};

const domainFigure = (library: PlotLibrary, findings: Findings): Markup => {
  const { axis, domains, totals, meanLoss, run, evaluations } = findings;
  const lines: DomainLine[] = domains
    .map(({ name }, domain) => ({
      name,
      rows: totals.rows[domain]!,
      training: trainingPoints(findings, axis, domain),
      heldOut: heldOutPoints(findings, axis, name),
    }))
    .toSorted((a, b) => b.rows - a.rows);
  const shown = lines.slice(0, mostPanels);
  const hasHeldOut = lines.some(({ heldOut }) => heldOut.length > 0);
  const isAlone = lines.length === 1;
  return figure({
    title: `Loss${isAlone ? "" : " by domain"}, in ${axis.loss}, along the ${axis.unit}`,
    key: keyOf(hasHeldOut),
    picture: isAlone ? onlyDomain(library, findings, lines[0]!) : panels(library, findings, shown),
    caption: html`<p>
        ${isAlone ? "" : "All panels have the same scales, the domain with most draws first. "}${
          lines.length > shown.length
            ? `Of ${lines.length} domains the ${shown.length} with most draws are drawn; the table has them all. `
            : ""
        }${evaluations.length > 0 ? "Held-out points that part from the line upwards: the training rows are being learnt by heart. " : ""}
        Where the sampler prefers hard rows, the line lies above what the domain as a whole costs.
      </p>
      <p>
        Lines: ${thinningWords(run.ledger.lastStep, meanLoss.stepsPerBucket)}, mean of the losses in
        them.${heldOutWords(findings)}
      </p>`,
    table: tableOf(lines),
  });
};

/** The section. */
export const learningSection = (library: PlotLibrary, findings: Findings): Markup =>
  html`${domainFigure(library, findings)}${heatFigure(library, findings)}`;
