/** @file The beginning of a run's account: what it was, and what it came to. */
import type { Config } from "../../../config/schema.ts";
import type { Findings } from "../findings.ts";
import { type Content, type Markup, html } from "../markup.ts";
import { meanHeldOutPoints } from "../points.ts";
import { meanOf } from "../step-series.ts";
import { count, duration, exactly, nats, percent } from "../../quantities.ts";
import { fixed, orDash, plural } from "../words.ts";
import { withinCap } from "./weights.ts";

/** Whether the run did what it was asked to. */
export const isFinished = ({ run }: Findings): boolean =>
  run.summary !== undefined && run.ledger.lastStep >= run.config.steps;

/** Tokens, or instances, that a run has been through. */
export const amountOf = ({ axis, run }: Findings): string =>
  axis.unit === "tokens"
    ? `${count(run.ledger.lastStep * axis.perStep)} tokens`
    : `${exactly(run.ledger.lastStep * axis.perStep)} instances drawn`;

/** One sentence: how far it went, and what that did to the loss. */
export const sentenceOf = (findings: Findings): string => {
  const { run, axis, domains } = findings;
  const seconds = run.summary?.seconds;
  const heldOut = meanHeldOutPoints(findings, axis);
  const [first, last] = [heldOut[0], heldOut.at(-1)];
  const far = `${plural(run.ledger.lastStep, "step")}, ${amountOf(findings)}${seconds === undefined ? "" : ` in ${duration(seconds)}`}.`;
  if (first === undefined || last === undefined) return `${far} No held-out rows were scored.`;
  const over = domains.length === 1 ? "" : `, the mean of ${domains.length} domains`;
  return first === last
    ? `${far} The held-out loss was ${nats(last.mean)} ${axis.loss}${over}.`
    : `${far} The held-out loss went from ${nats(first.mean)} to ${nats(last.mean)} ${axis.loss}${over}.`;
};

const keyFigures = (findings: Findings): readonly (readonly [string, string, string])[] => {
  const { axis, steps, run, observations, coverage } = findings;
  const heldOut = meanHeldOutPoints(findings, axis).at(-1)?.mean;
  const { batchSize } = run.config.training;
  const seen = coverage.seen.slice(-coverage.domains).reduce((sum, value) => sum + value, 0);
  const all = findings.domains.reduce((sum, { rows }) => sum + (rows ?? Number.NaN), 0);
  return [
    heldOut === undefined
      ? ["training loss, last step", orDash(steps.loss.at(-1)), axis.loss]
      : ["held-out loss, last", orDash(heldOut), axis.loss],
    ["effective rows of a batch", orDash(meanOf(steps.ess), fixed(1)), `of ${batchSize}`],
    ["steps within the cap of weights", orDash(withinCap(steps.maxWeightTimesSize), percent), "M·w_max ≤ 2"],
    ["mean rho", orDash(meanOf(steps.rho), fixed(3)), "factor on the learning rate"],
    [
      "corpus seen",
      Number.isFinite(all) ? percent(seen / all) : count(seen),
      Number.isFinite(all) ? `of ${count(all)} instances` : "instances",
    ],
    ["observations", count(observations), "in the ledger"],
  ];
};

/** Options in words, without those that are not set. */
const optionsOf = (options: object): string =>
  Object.entries(options)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");

const mixtureWords = ({ mixture }: Config["sampler"]): string => {
  if (mixture === undefined) return "in proportion to the domains' rows";
  return Array.isArray(mixture) ? `in ${mixture.length} stages` : "fixed weights";
};

const facts = ({ run, domains, axis }: Findings): readonly (readonly [string, Content])[] => {
  const { config, summary, recorded, ledger, folder } = run;
  const { sampler, weighing, model, training, corpus } = config;
  return [
    ["folder", folder],
    ["seed", String(config.seed)],
    [
      "corpus",
      corpus.kind === "synthetic"
        ? `${count(corpus.instances)} synthetic instances`
        : `${corpus.manifest}${recorded === null ? "" : `, fingerprint ${recorded.manifest.fingerprint.slice(0, 12)}`}`,
    ],
    ["domains", domains.map(({ name }) => name).join(", ")],
    [
      "sampler",
      `${sampler.kind}${sampler.kind === "importance" ? ` by ${sampler.score}, power ${sampler.power}, epsilon ${sampler.epsilon}` : ""}, lag ${sampler.lag}; mixture ${mixtureWords(sampler)}`,
    ],
    ["weighing", optionsOf(weighing)],
    [
      "batch",
      `${training.batchSize} rows${axis.unit === "tokens" ? ` of ${axis.perStep / training.batchSize} tokens` : ""}`,
    ],
    ["learning rate", String(training.learningRate)],
    ["model", optionsOf(model)],
    ["engine", summary?.engine ?? `${config.engine.kind} ${config.engine.backend}`],
    [
      "versions",
      summary === undefined
        ? "not recorded before the run has ended"
        : Object.entries(summary.versions)
            .map((pair) => pair.join(" "))
            .join(", "),
    ],
    ["ledger", `branch ${ledger.branch}, steps 1 … ${ledger.lastStep}`],
  ];
};

/** Figures that sum a run up, and everything that it depends on. */
export const openingOf = (findings: Findings): Markup => {
  const { run } = findings;
  return html`${
      isFinished(findings)
        ? null
        : html`<p class="warning">
            This run is not finished: ${exactly(run.ledger.lastStep)} of ${exactly(run.config.steps)} steps
            are in its ledger.
          </p>`
    }${
      run.ledger.firstStep === 1
        ? null
        : html`<p class="warning">
            Rows of the steps before ${exactly(run.ledger.firstStep)} were dropped, as
            <code>ledger.retainSteps</code> asked for: shares, losses by domain, coverage and instances are of
            the steps from there on.
          </p>`
    }${
      run.corpusMissing === null
        ? null
        : html`<p class="warning">
            The corpus could not be read, so domains, texts and requested shares are left out:
            ${run.corpusMissing}.
          </p>`
    }
    <dl class="figures">
      ${keyFigures(findings).map(
        ([name, value, unit]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}<small>${unit}</small></dd>
          </div>`,
      )}
    </dl>
    <details class="facts">
      <summary>What this run was made of</summary>
      <dl>
        ${facts(findings).map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
    </details>`;
};
