/** @file Instances worth a look: the hardest, the noisiest, the most forgotten, with their lives and their texts. */
import { drawTrajectory } from "../charts/trajectory-panel.ts";
import type { Findings } from "../findings.ts";
import { type Content, type Markup, foreignText, html } from "../markup.ts";
import type { PlotLibrary } from "../plot-library.ts";
import { allTrainingPoints, rangeOfPoints } from "../points.ts";
import type { Standout } from "../standouts.ts";
import { exactly, nats } from "../../quantities.ts";

/** Characters of a text that the page shows. */
const shownCharacters = 700;
/** Visits of an instance that its panel shows, evenly spread. */
const shownVisits = 80;

const visitsOf = ({ trajectory }: Standout, perStep: number): { at: number; loss: number }[] => {
  const { steps, losses } = trajectory;
  const every = Math.max(1, Math.ceil(steps.length / shownVisits));
  return steps.flatMap((step, visit) =>
    visit % every === 0 || visit === steps.length - 1 ? [{ at: step * perStep, loss: losses[visit]! }] : [],
  );
};

const contentOf = ({ content }: Standout, name: string): Content => {
  if (content === null) return null;
  if (content.text === null) {
    const tokens = content.tokens.slice(0, 64).join(" ");
    return html`<pre tabindex="0" aria-label="Tokens of ${name}">
${tokens}${content.tokens.length > 64 ? " …" : ""}</pre>`;
  }
  const characters = Array.from(content.text);
  const cut = characters.length > shownCharacters;
  return html`<pre dir="auto" tabindex="0" aria-label="Text of ${name}">
${foreignText(characters.slice(0, shownCharacters).join(""))}</pre>
    ${
      cut
        ? html`<p class="note">the first ${shownCharacters} of ${exactly(characters.length)} characters</p>`
        : null
    }`;
};

const plainWords = ({ trajectory: { steps, losses } }: Standout): string => {
  const [first, last, lastStep] = [losses[0]!, losses.at(-1)!, exactly(steps.at(-1)!)];
  if (losses.length === 1) return `one visit, at step ${lastStep}: ${nats(last)}`;
  const [low, high] = losses.reduce<[number, number]>(
    ([least, most], loss) => [Math.min(least, loss), Math.max(most, loss)],
    [Infinity, -Infinity],
  );
  return `${exactly(losses.length)} visits: first ${nats(first)}, lowest ${nats(low)}, highest ${nats(high)}, last ${nats(last)} at step ${lastStep}`;
};

const listOf = (
  library: PlotLibrary,
  findings: Findings,
  {
    title,
    words,
    list,
    note,
  }: {
    readonly title: string;
    readonly words: string;
    readonly list: readonly Standout[];
    readonly note: (score: string) => string;
  },
): Markup => {
  const { axis, domains, run } = findings;
  const usual = allTrainingPoints(findings, axis);
  const lives = list.map((instance) => visitsOf(instance, axis.perStep));
  const yRange = rangeOfPoints([
    ...usual,
    ...lives.flatMap((visits) => visits.map(({ at, loss }) => ({ at, mean: loss }))),
  ]);
  const xRange = [0, run.ledger.lastStep * axis.perStep] as const;
  return html`<h3>${title}</h3>
    <p>${words}</p>
    ${list.map((instance, at) => {
      const name = `instance ${instance.shard}:${instance.row}`;
      const uri = run.recorded?.manifest.shards[instance.shard]?.uri;
      return html`<article class="instance">
        <h4>
          ${instance.shard}:${instance.row}
          <span class="note">${domains[instance.domain]!.name} · ${note(nats(instance.score))}</span>
        </h4>
        <div class="life">
          <div>
            ${drawTrajectory(library, {
              alt: `Losses of ${name}: ${plainWords(instance)}.`,
              visits: lives[at]!,
              usual,
              xRange,
              yRange,
            })}
            <p class="note">
              ${plainWords(instance)}${uri === undefined ? "" : `; row ${instance.row} of ${uri}`}
            </p>
          </div>
          <div>${contentOf(instance, name)}</div>
        </div>
      </article>`;
    })}${list.length === 0 ? html`<p class="note">There is none in this run.</p>` : null}`;
};

/** The section. */
export const instancesSection = (library: PlotLibrary, findings: Findings): Markup => {
  const { standouts, axis } = findings;
  const { hardest, noisiest, forgotten, contentMissing } = standouts;
  return html`<p>
      Names are SHARD:ROW; <code>counterweight replay RUN --instance SHARD:ROW</code> shows every visit.
      Orange: the instance's losses in ${axis.loss}, visit by visit, along the ${axis.unit}; grey: the mean of
      all losses at that time. Characters that would be invisible, or turn the reading direction, are named.
    </p>
    ${
      contentMissing === null ? null : html`<p class="warning">Texts are left out: ${contentMissing}.</p>`
    }${listOf(library, findings, {
      title: "Hardest",
      words:
        "The highest last losses of instances visited in the second half of the run; an older loss would say more of the model than of them. Look for what is broken: encodings, tables, other languages, lists of numbers.",
      list: hardest,
      note: (score) => `last loss ${score}`,
    })}${listOf(library, findings, {
      title: "Noisiest",
      words:
        "The largest variance between visits, of those visited three times or more. A steep fall is an instance being learnt by heart.",
      list: noisiest,
      note: (score) => `standard deviation ${score}`,
    })}${listOf(library, findings, {
      title: "Most forgotten",
      words: "Last losses farthest above their own lowest: once known better than now.",
      list: forgotten,
      note: (score) => `${score} above its lowest loss`,
    })}`;
};
