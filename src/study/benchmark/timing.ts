/** @file Times pieces of work in turn, round after round, so that what disturbs the machine disturbs all of them alike. */
import { setImmediate } from "node:timers/promises";

/** One piece of work that is timed. */
export interface Case {
  readonly name: string;
  /** What it makes, in the plural. */
  readonly unit: string;
  /** Name of the case that is the best the machine can do at it; absent for such a case itself. */
  readonly floor?: string;
  /** Units that one `run` makes. */
  readonly work: number;
  /** Done before every run, untimed; a case that has it is run once a round, others as often as a timing needs. */
  readonly prepare?: () => Promise<void>;
  readonly run: () => unknown;
  /** Bytes read for every byte that went into a batch, all runs so far. */
  readonly bytesReadPerByteUsed?: () => number;
}

/** When to stop. */
export interface TimingLimits {
  /** Rounds wanted. */
  readonly rounds: number;
  /** Rounds that may take twice the budget. */
  readonly leastRounds: number;
  /** No round but the first begins later than this. */
  readonly budgetSeconds: number;
  /** A timing repeats its case until it takes about as long. */
  readonly leastSeconds: number;
}

/** Told of each timing before it starts; may throw to end all of it. */
export type BeforeTiming = (name: string, round: number) => void;

/** A run of as many units goes without a warm-up: it is long, and its code was met at smaller sizes or is within moments. */
const longWork = 2 ** 22;

/** Units a second of every case in every round: shape [cases][rounds], after a warm-up round that also finds how often a
 * short case is to be repeated. Cases take turns within a round. The event loop runs between two timings. */
export const timeInterleaved = async (
  cases: readonly Case[],
  limits: TimingLimits,
  before: BeforeTiming,
): Promise<number[][]> => {
  const rates: number[][] = cases.map(() => []);
  const repeats: number[] = [];
  const started = performance.now();
  for (const one of cases) {
    before(one.name, 0);
    repeats.push(await warmUp(one, limits.leastSeconds));
    await setImmediate();
  }
  for (let round = 1; round <= limits.rounds; round++) {
    const seconds = (performance.now() - started) / 1000;
    const mayTake = limits.budgetSeconds * (round > limits.leastRounds ? 1 : 2);
    if (round > 1 && seconds > mayTake) break;
    for (const [index, one] of cases.entries()) {
      before(one.name, round);
      const seconds = await secondsOf(one, repeats[index]!);
      rates[index]!.push((one.work * repeats[index]!) / seconds);
      await setImmediate();
    }
  }
  return rates;
};

/** Runs a case for `leastSeconds`, once at least.
 * @returns how often that was */
const warmUp = async (one: Case, leastSeconds: number): Promise<number> => {
  if (one.work >= longWork) return 1;
  let spent = 0;
  let runs = 0;
  do {
    spent += await secondsOf(one, 1);
    runs++;
  } while (one.prepare === undefined && spent < leastSeconds);
  return runs;
};

const secondsOf = async ({ prepare, run }: Case, repeats: number): Promise<number> => {
  await prepare?.();
  const started = performance.now();
  for (let repeat = 0; repeat < repeats; repeat++) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return (performance.now() - started) / 1000;
};
