/** @file Scores as a person reads them: whose they are, and what they come to. */
import type { DomainScores } from "../study/score/scores-summary.ts";
import type { ScoresRecord } from "../study/score/scores-folder.ts";
import { nats } from "./progress-line.ts";
import { textTable } from "./text-table.ts";

const sumOf = (domains: readonly DomainScores[], of: (domain: DomainScores) => number): number =>
  domains.reduce((sum, domain) => sum + of(domain), 0);

const line = (name: string, rows: number, scored: number, loss: number): string[] => [
  name,
  String(rows),
  String(scored),
  ...(scored === 0 ? ["-", "-"] : [nats(loss), Math.exp(loss).toFixed(1)]),
];

/** Mean losses by domain and over all rows, training rows and held-out rows apart. */
export const scoresTable = (domains: readonly DomainScores[]): string => {
  const kinds = [false, true].map((heldOut) => domains.filter((domain) => domain.heldOut === heldOut));
  const rows = kinds.flatMap((kind) => {
    if (kind.length === 0) return [];
    const scored = sumOf(kind, (domain) => domain.scored);
    const loss = sumOf(kind, (domain) => (domain.scored === 0 ? 0 : domain.scored * domain.loss)) / scored;
    const suffix = kind[0]!.heldOut ? ", held out" : "";
    return [
      ...kind.map((domain) => line(domain.name + suffix, domain.rows, domain.scored, domain.loss)),
      line(
        `all${suffix}`,
        sumOf(kind, (domain) => domain.rows),
        scored,
        loss,
      ),
    ];
  });
  const notFinite = sumOf(domains, (domain) => domain.notFinite);
  const note =
    notFinite === 0 ? "" : `the loss of ${notFinite} rows is not finite: they count as never scored\n`;
  return `${textTable([["domain", "rows", "scored", "mean loss", "perplexity"], ...rows])}${note}`;
};

/** Model, corpus, engine, and how the rows were cut. */
export const scoresFacts = ({ model, corpus, batchSize, engine }: ScoresRecord): string => {
  const { layers, heads, width, vocabSize, step } = model;
  const ofRun = step === null ? "" : `, step ${step} of its run`;
  const facts = [
    ["scores of", `${model.path}${ofRun}`],
    [
      "model",
      `${layers} layers, ${heads} heads, ${width} wide, ${vocabSize} tokens; ${model.sha256.slice(0, 12)}`,
    ],
    ["corpus", `${corpus.manifest}, ${corpus.fingerprint.slice(0, 12)}`],
    ["engine", `${Object.values(engine).slice(0, 2).join(" ")}, ${batchSize} rows at once`],
  ];
  return facts.map(([name, value]) => `${name!.padEnd(13)}${value}\n`).join("");
};

/** Rows that are still without a score. */
export const rowsLeft = (domains: readonly DomainScores[]): number =>
  sumOf(domains, ({ rows, scored, notFinite }) => rows - scored - notFinite);
