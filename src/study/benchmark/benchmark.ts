/** @file `counterweight bench`: how fast each stage of the loop is on this machine, by size of the corpus. */
import { join } from "node:path";

import { ConfigError, CounterweightError, mustBe } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { type OpenCases, openBatchCases } from "./batch-cases.ts";
import { type Figure, type Floor, figuresOf } from "./figures.ts";
import { openLedgerCases } from "./ledger-cases.ts";
import { openLoopCases } from "./loop-cases.ts";
import { type BenchmarkPlan, batchSize, planOf, seqLen } from "./plan.ts";
import { samplerCases } from "./sampler-cases.ts";
import { writeSyntheticCorpus } from "./synthetic-corpus.ts";
import { type Case, type TimingLimits, timeInterleaved } from "./timing.ts";

export type { Figure, Floor, Spread } from "./figures.ts";

/** How a benchmark is run. */
export interface BenchmarkOptions {
  readonly files: Files;
  /** An existing folder for shards, ledgers and runs, 300 MiB at most; what is put there is removed again. */
  readonly folder: string;
  /** Instances, a whole number from 1000 to 10⁸ each. */
  readonly sizes: readonly number[];
  /** A few rounds of little work: shows that all runs, measures badly. */
  readonly quick: boolean;
  /** Ends it before the next timing. */
  readonly signal?: AbortSignal;
  /** Told what is timed, before it is. */
  readonly onProgress?: (progress: BenchmarkProgress) => void;
}

/** What is being timed. */
export interface BenchmarkProgress {
  readonly instances: number;
  readonly name: string;
  /** 0 while warming up. */
  readonly round: number;
}

/** What came out. */
export interface Benchmark {
  readonly settings: { readonly seqLen: number; readonly batchSize: number; readonly domains: number };
  readonly figures: readonly Figure[];
  readonly floors: readonly Floor[];
}

const full = { rounds: 15, leastRounds: 3, leastSeconds: 0.02, budgetSeconds: 36 };
const quickly = { rounds: 2, leastRounds: 2, leastSeconds: 0.001, budgetSeconds: 60 };

/** Times every stage at every size: first what needs memory only, then what needs files. Within a size all cases take turns;
 * rounds are made as time allows: three, where they fit into twice their share of it.
 * @throws {ConfigError} for a size out of range
 * @throws {CounterweightError} CW_INTERRUPTED when `signal` is aborted
 * @throws {StorageError} when the disk refuses. At the four powers from 10⁴ to 10⁷ some 40 s on two quiet cores and 700 MB of memory. */
export const runBenchmark = async (options: BenchmarkOptions): Promise<Benchmark> => {
  const { sizes, quick } = options;
  for (const size of sizes) checkSize(size);
  const limits = quick ? quickly : full;
  const started = performance.now();
  const figures: Figure[] = [];
  const floors: Floor[] = [];
  const plans = sizes.map(planOf);
  for (const [index, plan] of plans.entries())
    for (const [part, timeStages] of [timeMemory, timeFiles].entries()) {
      const left = limits.budgetSeconds - (performance.now() - started) / 1000;
      const budgetSeconds = left * shareOf(plans.slice(index), part);
      const measured = await timeStages(plan, { ...limits, budgetSeconds }, options);
      figures.push(...measured.figures);
      floors.push(...measured.floors);
    }
  return { settings: { seqLen, batchSize, domains: plans[0]?.domains ?? 0 }, figures, floors };
};

/** Share of the time left that the next of the groups gets, with `done` of the first size's two made: larger sizes need more. */
const shareOf = (plans: readonly BenchmarkPlan[], done: number): number => {
  const [next = 0, ...later] = plans.map(({ instances }) => instances ** (1 / 6));
  return next / ((2 - done) * next + 2 * later.reduce((sum, weight) => sum + weight, 0));
};

const checkSize = (size: number): void => {
  if (!Number.isInteger(size) || size < 1000 || size > 1e8)
    throw new ConfigError(mustBe("a size", "a whole number of instances from 1000 to 1e8", size), {
      hint: "name sizes as --sizes 1e4,1e6",
    });
};

const checkSignal = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted)
    throw new CounterweightError("CW_INTERRUPTED", "the benchmark was stopped", {
      hint: "name fewer --sizes, or use --quick, for a shorter one",
    });
};

type Measured = Pick<Benchmark, "figures" | "floors">;

const timeCases = async (
  cases: readonly Case[],
  { instances }: BenchmarkPlan,
  limits: TimingLimits,
  { signal, onProgress }: BenchmarkOptions,
): Promise<Measured> => {
  const rates = await timeInterleaved(cases, limits, (name, round) => {
    checkSignal(signal);
    onProgress?.({ instances, name, round });
  });
  return figuresOf(cases, rates, instances, seqLen);
};

const timeMemory = (
  plan: BenchmarkPlan,
  limits: TimingLimits,
  options: BenchmarkOptions,
): Promise<Measured> => timeCases(samplerCases(plan), plan, limits, options);

const timeFiles = async (
  plan: BenchmarkPlan,
  limits: TimingLimits,
  options: BenchmarkOptions,
): Promise<Measured> => {
  const { files, signal, onProgress } = options;
  const folder = join(options.folder, String(plan.instances));
  const open: OpenCases[] = [];
  try {
    const { manifestPath, shardPaths } = await writeSyntheticCorpus(files, folder, plan, () => {
      checkSignal(signal);
      onProgress?.({ instances: plan.instances, name: "writing shards", round: 0 });
    });
    open.push(await openBatchCases(manifestPath, shardPaths, plan));
    open.push(await openLedgerCases(files, folder, plan));
    open.push(await openLoopCases(files, folder, manifestPath, plan));
    const cases = open.flatMap((opened) => opened.cases);
    return await timeCases(cases, plan, limits, options);
  } finally {
    for (const opened of open) await opened.close();
    await files.remove(folder);
  }
};
