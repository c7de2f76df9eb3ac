/** @file What the run was fed: the domains' shares, and how much of the corpus was visited how long ago. */
import { drawShares } from "../charts/share-chart.ts";
import { drawSeries, type SeriesPoint } from "../charts/series-chart.ts";
import { figure, mark, spanning } from "../figure.ts";
import type { Findings } from "../findings.ts";
import { evenly, tableRows } from "../thinned.ts";
import { type Markup, html } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { count, percent } from "../../quantities.ts";
import { fixed, orDash, thinningWords, wentFrom } from "../words.ts";

/** Rows of the chart; the table has all domains. */
const mostRows = 40;

const shareFigure = (library: PlotLibrary, { domains, totals, run }: Findings): Markup => {
  const sum = (values: Float64Array): number => values.reduce((all, value) => all + value, 0) || 1;
  const [rows, weight] = [sum(totals.rows), sum(totals.weight)];
  const shares = domains
    .map(({ name, requested }, domain) => ({
      name,
      requested,
      realised: totals.rows[domain]! / rows,
      weighted: totals.weight[domain]! / weight,
    }))
    .toSorted((a, b) => b.realised - a.realised);
  const moved = shares.toSorted(
    (a, b) => Math.abs(b.weighted - b.realised) - Math.abs(a.weighted - a.realised),
  )[0]!;
  const words = `Largest shift by the weights: ${moved.name}, with ${percent(moved.realised)} of the draws and ${percent(moved.weighted)} of the weight.`;
  const known = run.recorded !== null;
  return figure({
    title: "What each domain was meant to have, what it got, and what it weighed",
    key: html`${known ? html`<span>${mark("tick", "var(--ink)")}requested by the mixture</span>` : null}<span
        >${mark("dot", "var(--training)")}share of the draws</span
      ><span>${mark("ring", "var(--held-out)")}share of the weight</span>`,
    picture: spanning((frame) => drawShares(library, frame, words, shares.slice(0, mostRows))),
    caption: html`<p>
        ${words} A dot off its tick is a mixture that was not met; a ring off its dot shows what the weights
        do behind the mixture's back: reweighting rows by loss reweights domains, too.
      </p>
      ${
        shares.length > mostRows
          ? html`<p>The ${mostRows} domains with most draws; the table has all ${shares.length}.</p>`
          : null
      }${known ? null : html`<p>What the mixture asked for is not known without the corpus.</p>`}`,
    table: {
      name: "Shares by domain",
      head: ["domain", "requested", "drawn", "weighed"],
      rows: shares.map(({ name, requested, realised, weighted }) => [
        name,
        orDash(requested, percent),
        percent(realised),
        percent(weighted),
      ]),
    },
  });
};

/** Instances seen, all domains together, and their mean age in steps, by bucket. */
const coverageOf = ({ coverage, axis }: Findings): { at: number; seen: number; age: number }[] => {
  const { domains, buckets, asOf, seen, age } = coverage;
  return Array.from({ length: buckets }, (_, bucket) => {
    let [instances, ages] = [0, 0];
    for (let domain = 0; domain < domains; domain++) {
      const own = seen[bucket * domains + domain]!;
      if (own === 0) continue;
      instances += own;
      ages += own * age[bucket * domains + domain]!;
    }
    return { at: asOf[bucket]! * axis.perStep, seen: instances, age: ages / instances };
  }).filter(({ at }) => at > 0);
};

const coverageFigures = (library: PlotLibrary, findings: Findings): Markup => {
  const { axis, domains, coverage, run } = findings;
  const points = coverageOf(findings);
  const all = domains.every(({ rows }) => rows !== null)
    ? domains.reduce((sum, { rows }) => sum + rows!, 0)
    : null;
  const seen: SeriesPoint[] = points.map(({ at, seen: mean }) => ({ at, mean: mean / (all ?? 1) }));
  const ages: SeriesPoint[] = points
    .map(({ at, age }) => ({ at, mean: age }))
    .filter(({ mean }) => Number.isFinite(mean));
  const size = (value: number): string => (all === null ? count(value) : percent(value));
  const last = points.at(-1);
  const thinning = thinningWords(run.ledger.lastStep, coverage.stepsPerBucket);
  const seenWords = `${size(seen.at(-1)?.mean ?? 0)} ${all === null ? "instances" : `of ${count(all)} training instances`} have at least one loss at the end.`;
  const ageWords = `A seen instance was last visited ${orDash(last?.age, count)} steps before the end, on average.`;
  const line = (points: readonly SeriesPoint[]): Parameters<typeof drawSeries>[2]["lines"] => [
    { name: "all domains", colour: "var(--training)", points },
  ];
  const unseen = domains.map(({ name, rows }, domain) => {
    const cell = (coverage.buckets - 1) * coverage.domains + domain;
    return [
      name,
      orDash(rows, count),
      count(coverage.seen[cell] ?? 0),
      rows === null ? "–" : percent((coverage.seen[cell] ?? 0) / rows),
      orDash(coverage.age[cell], fixed(0)),
    ];
  });
  return html`${figure({
    title: "How much of the corpus has been seen",
    picture: spanning((frame) =>
      drawSeries(library, frame, {
        alt: `Coverage ${wentFrom(seen[0]?.mean, seen.at(-1)?.mean, size)}. ${seenWords}`,
        lines: line(seen),
        xLabel: `${axis.unit} →`,
        yLabel: all === null ? "↑ instances seen" : "↑ share of training instances with a loss",
        ...(all === null ? { yFormat: "~s" } : { yRange: [0, 1] as const, yFormat: "~%" }),
      }),
    ),
    caption: html`<p>
        ${seenWords} The line bends where a second pass begins; a line that flattens below one says that the
        sampler leaves rows out, which importance draws do by design and <code>epsilon</code> bounds.
      </p>
      <p>${thinning}, as of its last step.</p>`,
    table: {
      name: "Coverage and age by domain, at the end",
      head: ["domain", "training rows", "seen", "share", "mean age in steps"],
      rows: unseen,
    },
  })}${figure({
    title: "How old the ledger's knowledge is",
    picture: spanning((frame) =>
      drawSeries(library, frame, {
        alt: `The mean age of a seen instance's last loss ${wentFrom(ages[0]?.mean, ages.at(-1)?.mean, count)} steps.`,
        lines: line(ages),
        xLabel: `${axis.unit} →`,
        yLabel: "↑ steps since the last visit, mean over seen instances",
        yRange: [0, 1],
        height: 190,
      }),
    ),
    caption: html`<p>
        ${ageWords} Scores are as fresh as this: where ages grow much faster than the model changes,
        preferring rows by their last loss prefers what used to be hard.
      </p>
      <p>${thinning}, as of its last step.</p>`,
    table: {
      name: "Age over time",
      head: [axis.unit, "instances seen", "mean age in steps"],
      rows: evenly(points, tableRows).map(({ at, seen: instances, age }) => [
        count(at),
        count(instances),
        orDash(age, fixed(1)),
      ]),
    },
  })}`;
};

/** The section. */
export const feedingSection = (library: PlotLibrary, findings: Findings): Markup =>
  html`${
    findings.domains.length === 1
      ? html`<p>All draws came from one domain, ${findings.domains[0]!.name}.</p>`
      : shareFigure(library, findings)
  }${coverageFigures(library, findings)}`;
