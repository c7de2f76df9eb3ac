/** @file What a report shows of one run: everything read once, as plain data. */
import type { Files } from "../../files.ts";
import type { LedgerReader } from "../../ledger/reader.ts";
import type { Evaluation } from "../../training/evaluation.ts";
import { askLog } from "../questions/ask-log.ts";
import { type Coverage, createCoverage } from "../questions/coverage.ts";
import { createInstanceStatistics } from "../questions/instance-statistics.ts";
import { type LossHistogram, createLossHistogram } from "../questions/loss-histogram.ts";
import { type MeanLoss, createMeanLoss } from "../questions/mean-loss.ts";
import { type Axis, axisOf } from "./axis.ts";
import { type DomainTotals, createDomainTotals, requestedShares } from "./domain-shares.ts";
import { type Standouts, standoutsOf } from "./standouts.ts";
import type { ReportedRun } from "./reported-run.ts";
import { type StepSeries, readStepSeries } from "./step-series.ts";
import { stepsPerBucketOf } from "./thinned.ts";

/** Columns of the heat map, at most; it is drawn as rectangles. */
const heatColumns = 72;
/** Points of a domain's line, at most. */
export const domainPoints = 120;

/** A domain as the report names it. */
export interface ReportedDomain {
  readonly name: string;
  /** Training rows; null where the corpus is gone. */
  readonly rows: number | null;
  /** Share of the draws that the mixture asked for; null where the corpus is gone. */
  readonly requested: number | null;
}

/** A run's content. */
export interface Findings {
  readonly run: ReportedRun;
  readonly axis: Axis;
  /** By domain number. */
  readonly domains: readonly ReportedDomain[];
  readonly steps: StepSeries;
  readonly evaluations: readonly Evaluation[];
  readonly meanLoss: MeanLoss;
  readonly histogram: LossHistogram;
  readonly coverage: Coverage;
  readonly totals: DomainTotals;
  /** Observations of the live branch, and those among them whose loss was not finite. */
  readonly observations: number;
  readonly masked: number;
  readonly standouts: Standouts;
}

const lastDomainOf = async (ledger: LedgerReader): Promise<number> => {
  let last = 0;
  for await (const { size, domain } of ledger.batches(["domain"], ledger.firstStep))
    for (let slot = 0; slot < size; slot++) last = Math.max(last, domain[slot]!);
  return last;
};

const domainsOf = async (run: ReportedRun): Promise<ReportedDomain[]> => {
  const { recorded, summary, ledger, config } = run;
  if (recorded !== null) {
    const { manifest, blocks } = recorded;
    const rows = manifest.domains.map((_, domain) =>
      blocks.training[domain]!.reduce((sum, block) => sum + block.rows, 0),
    );
    const changes = [];
    for await (const { step, weights } of ledger.mixtures()) changes.push({ fromStep: step, weights });
    const requested = requestedShares(config, manifest, rows, changes, ledger.lastStep);
    return manifest.domains.map(({ name }, at) => ({ name, rows: rows[at]!, requested: requested[at]! }));
  }
  const number = (await lastDomainOf(ledger)) + 1;
  // The summary lists domains by name, so numbers can be told only where the manifest can.
  return Array.from({ length: number }, (_, at) => ({
    name: number === 1 ? (Object.keys(summary?.realisedShares ?? {})[0] ?? "domain 0") : `domain ${at}`,
    rows: null,
    requested: null,
  }));
};

/** Reads what is kept of a run's log, twice, and its journal once.
 * @throws {LedgerError} where the log is damaged
 * O(rows of the log); memory: some 100 bytes an instance visited. */
export const findingsOf = async (files: Files, run: ReportedRun): Promise<Findings> => {
  const { ledger } = run;
  const domains = await domainsOf(run);
  const number = domains.length;
  const meanLoss = createMeanLoss(number, stepsPerBucketOf(ledger.lastStep, domainPoints));
  const histogram = createLossHistogram(stepsPerBucketOf(ledger.lastStep, heatColumns));
  const coverage = createCoverage(number, stepsPerBucketOf(ledger.lastStep, domainPoints));
  const totals = createDomainTotals(number);
  const statistics = createInstanceStatistics();
  await askLog(ledger, [meanLoss, histogram, coverage, totals, statistics], {
    stepStart: ledger.firstStep,
  });
  const heat = histogram.result();
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return {
    run,
    axis: axisOf(run),
    domains,
    steps: await readStepSeries(ledger),
    evaluations: run.evaluations,
    meanLoss: meanLoss.result(),
    histogram: heat,
    coverage: coverage.result(),
    totals: totals.result(),
    observations: sum(heat.count) + sum(heat.masked),
    masked: sum(heat.masked),
    standouts: await standoutsOf(files, run, statistics.result()),
  };
};
