/** @file A replay as a person reads it: the proof, the ledger as it stood, an instance's trajectory, a batch. */
import type { Manifest } from "../corpus/manifest.ts";
import type { InstanceText } from "../study/replay/instance-texts.ts";
import type { RecordedBatch, RecordedRow } from "../study/replay/recorded-rows.ts";
import type { DomainStanding, Standing } from "../study/replay/standing.ts";
import type { Proof } from "../study/replay/verify.ts";
import { contentOf, withContents } from "./content-column.ts";
import { count, duration, nats } from "./progress-line.ts";
import { linesOnTerminal, onTerminal } from "./terminal-text.ts";
import { textTable } from "./text-table.ts";

const exactness = ({ weights, draws }: Proof): string =>
  weights.exact === draws
    ? "weights bit for bit"
    : `${count(weights.exact)} weights bit for bit, ${count(draws - weights.exact)} within float32's rounding, ${weights.farthest.toExponential(1)}`;

const tokensRead = ({ tokens }: Proof): string => {
  if (tokens === null) return "tokens not read";
  if (tokens.blocks === 0) return "no tokens to read";
  const unknown = tokens.withoutChecksum > 0 ? `, ${tokens.withoutChecksum} of them without a checksum` : "";
  return `${count(tokens.bytes)}B of tokens in ${count(tokens.blocks)} blocks read${unknown}`;
};

/** The proof in one line and what it rests on.
 * @param fingerprint of the corpus by the run's newest checkpoint; null where none says */
export const proofText = (proof: Proof, seed: string | number, fingerprint: string | null): string => {
  const { steps, draws, windows, branch, reference, seconds } = proof;
  const over = reference === null ? "" : `; excess over its reference's losses as of step ${reference.step}`;
  const corpus =
    fingerprint === null
      ? "a corpus that no checkpoint names"
      : `corpus ${fingerprint.slice(0, 12)}, as its checkpoint says`;
  return [
    `proven: ${count(steps)} steps, ${count(draws)} draws, ${count(windows)} windows in ${duration(seconds)}`,
    `branch ${branch}, seed ${JSON.stringify(seed)}, ${corpus}${over}`,
    `rows, order, probabilities and bases bit for bit; ${exactness(proof)}; ${tokensRead(proof)}`,
    "",
  ].join("\n");
};

const meanOfSeen = (domains: readonly DomainStanding[], of: (domain: DomainStanding) => number): number => {
  const seen = domains.filter((domain) => domain.seen > 0);
  const sum = seen.reduce((total, domain) => total + domain.seen * of(domain), 0);
  return sum / seen.reduce((total, domain) => total + domain.seen, 0);
};

/** All domains as one. */
const together = (domains: readonly DomainStanding[]): DomainStanding => {
  const sum = (of: "rows" | "seen" | "visits"): number =>
    domains.reduce((total, domain) => total + domain[of], 0);
  return {
    name: "all",
    rows: sum("rows"),
    seen: sum("seen"),
    visits: sum("visits"),
    lastLoss: meanOfSeen(domains, ({ lastLoss }) => lastLoss),
    age: meanOfSeen(domains, ({ age }) => age),
  };
};

/** Coverage, visits and losses by domain. */
export const standingText = ({ step, branch, domains }: Standing): string => {
  const seenOnly = (value: number, words: (value: number) => string): string =>
    Number.isNaN(value) ? "-" : words(value);
  const table = textTable([
    ["domain", "instances", "seen", "coverage", "visits", "mean last loss", "mean age"],
    ...[...domains, together(domains)].map(({ name, rows, seen, visits, lastLoss, age }) => [
      name,
      String(rows),
      String(seen),
      `${((100 * seen) / rows).toFixed(1)}%`,
      String(visits),
      seenOnly(lastLoss, nats),
      seenOnly(age, (steps) => steps.toFixed(1)),
    ]),
  ]);
  return `the ledger after step ${step} of branch ${branch}; age in steps since the last visit\n${table}`;
};

const cells = ({ loss, probability, base, weight, trained }: RecordedRow): string[] => [
  nats(loss),
  probability.toPrecision(4),
  base.toPrecision(4),
  weight.toPrecision(4),
  trained ? "yes" : "scored",
];
const cellNames = ["loss", "probability", "base", "weight", "trained"];

/** An instance's trajectory and its text. */
export const trajectoryText = (
  name: string,
  visits: readonly RecordedRow[],
  content: InstanceText,
): string => {
  const table =
    visits.length === 0
      ? "never drawn\n"
      : textTable([["step", ...cellNames], ...visits.map((visit) => [String(visit.step), ...cells(visit)])]);
  return `${name}\n${table}\n${linesOnTerminal(contentOf(content))}\n`;
};

const recordText = ({ step, metrics }: RecordedBatch): string => {
  const words = Object.entries(metrics).map(([name, value]) =>
    typeof value === "number" ? `${name} ${value.toPrecision(4)}` : `${name} ${JSON.stringify(value)}`,
  );
  return `step ${step}: ${onTerminal(words.join(" · "))}\n`;
};

/** A step's record, and its rows in slot order, each with the beginning of its text. */
export const batchText = (
  batch: RecordedBatch,
  contents: readonly InstanceText[],
  { domains }: Manifest,
  columns: number,
): string => {
  const table = textTable([
    ["slot", "instance", "domain", ...cellNames.slice(0, -1)],
    ...batch.rows.map((row) => [
      String(row.slot),
      `${row.shard}:${row.row}`,
      domains[row.domain]?.name ?? String(row.domain),
      ...cells(row).slice(0, -1),
    ]),
  ]);
  return `${recordText(batch)}${withContents(table, contents, columns)}`;
};
