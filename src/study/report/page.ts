/** @file The page: one self-contained HTML document. */
import { versions } from "../../versions.ts";
import { type Findings } from "./findings.ts";
import { type Content, type Markup, html, Markup as Trusted } from "./markup.ts";
import type { PlotLibrary } from "./plot-library.ts";
import { namesOf } from "./sections/compared-runs.ts";
import { comparison } from "./sections/comparison.ts";
import { feedingSection } from "./sections/feeding.ts";
import { instancesSection } from "./sections/instances.ts";
import { learningSection } from "./sections/learning.ts";
import { openingOf, sentenceOf } from "./sections/opening.ts";
import { timeSection } from "./sections/time.ts";
import { weightsSection } from "./sections/weights.ts";
import { style } from "./style.ts";
import { mostBuckets, mostEvaluations } from "./thinned.ts";
import { exactly } from "../quantities.ts";

/** A part of a run's account. */
interface Part {
  readonly id: string;
  readonly title: string;
  readonly content: (library: PlotLibrary, findings: Findings) => Markup;
}

const parts: readonly Part[] = [
  { id: "learnt", title: "What the model learnt", content: learningSection },
  { id: "fed", title: "What it was fed", content: feedingSection },
  { id: "weights", title: "What the weights did", content: weightsSection },
  { id: "instances", title: "Instances worth a look", content: instancesSection },
  { id: "time", title: "Where the time went", content: timeSection },
];

const contents = (links: readonly (readonly [string, string])[]): Markup =>
  html`<nav aria-label="Contents">
    <ol>
      ${links.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
    </ol>
  </nav>`;

const method = (runs: readonly Findings[]): Markup => {
  const observations = runs.reduce((sum, run) => sum + run.observations, 0);
  const steps = runs.reduce((sum, { run }) => sum + run.ledger.lastStep, 0);
  return html`<section aria-labelledby="method">
    <h2 id="method">How this page was made</h2>
    <p>
      By <code>counterweight report</code>, version ${versions().counterweight}, from what lies in the
      ${runs.length === 1 ? "run's folder" : "runs' folders"}: ${exactly(steps)} step records and
      ${exactly(observations)} observations of the ledger, all of which were read. Nothing was sampled at
      random, and the same folders give the same page.
    </p>
    <p>
      What is drawn is thinned, so that the page stays small: steps that follow each other are taken together
      in buckets of equal length, at most ${mostBuckets} of them along an axis, of which a line shows the mean
      and a band the least and the greatest value. Tables under the figures hold evenly spaced points of the
      same lines. Of held-out points at most ${mostEvaluations} are drawn.
    </p>
    <p>The page holds no script and asks for nothing from a network.</p>
  </section>`;
};

const document = (title: string, body: Content): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>
          ${new Trusted(style)}
        </style>
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        ${body}
      </body>
    </html> `.text;

const onePage = (library: PlotLibrary, findings: Findings): string => {
  const { name } = findings.run;
  const links = [
    ...parts.map(({ id, title }) => [id, title] as const),
    ["method", "How this page was made"] as const,
  ];
  return document(
    `${name} – counterweight report`,
    html`<header>
        <p class="kicker">Report of a run</p>
        <h1>${name}</h1>
        <p class="lede">${sentenceOf(findings)}</p>
      </header>
      <main id="content" tabindex="-1">
        ${openingOf(findings)}${contents(links)}
        ${parts.map(
          ({ id, title, content }) =>
            html`<section aria-labelledby="${id}">
              <h2 id="${id}">${title}</h2>
              ${content(library, findings)}
            </section>`,
        )}${method([findings])}
      </main>`,
  );
};

const severalPage = (library: PlotLibrary, runs: readonly Findings[]): string => {
  const names = namesOf(runs);
  const link = (id: string, title: string): readonly [string, string] => [id, title];
  const links = [
    link("compared", "Compared"),
    ...names.map((name, at) => link(`run-${at}`, name)),
    link("method", "How this page was made"),
  ];
  return document(
    `${names.join(", ")} – counterweight report`,
    html`<header>
        <p class="kicker">Report of ${runs.length} runs</p>
        <h1>
          ${names.map((name, at) => html`<span class="name">${name}${at < names.length - 1 ? "," : ""}</span> `)}
        </h1>
      </header>
      <main id="content" tabindex="-1">
        ${contents(links)}
        <section aria-labelledby="compared">
          <h2 id="compared">Compared</h2>
          ${comparison(library, runs)}
        </section>
        ${runs.map(
          (findings, at) =>
            html`<section class="run" aria-labelledby="run-${at}">
              <h2 id="run-${at}">${names[at]!}</h2>
              <p class="lede">${sentenceOf(findings)}</p>
              ${openingOf(findings)}${parts.map(
                ({ title, content }) =>
                  html`<h3>${title}</h3>
                    ${content(library, findings)}`,
              )}
            </section>`,
        )}${method(runs)}
      </main>`,
  );
};

/** The page of one run, or of several on the same axes. Takes about 0.5 s a run. */
export const reportPage = (library: PlotLibrary, runs: readonly Findings[]): string =>
  runs.length === 1 ? onePage(library, runs[0]!) : severalPage(library, runs);
