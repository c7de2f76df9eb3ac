/** @file How a replay shows its progress, where it may be ended, and where its scratch file lies. */
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CounterweightError } from "../errors.ts";
import { interruptible } from "./interrupt.ts";
import { count, createProgressLine, duration } from "./progress-line.ts";

/** Tells of work done so far; throws once the user has asked it to end. */
export type Progress = (unit: string, done: number, all: number) => void;

/** A file of this process' own for pages that the memory has no room for. */
export const scratchPath = (): string => join(tmpdir(), `counterweight-replay-${process.pid}.scratch`);

/** Runs work that reads a run, with a line that says how far it is; Ctrl-C ends it at the next step.
 * @param what names the work where it is said that it was stopped, e.g. "the replay"
 * @param onStop called when it is to end, for what does not tell of its progress
 * @throws {CounterweightError} CW_INTERRUPTED when it was ended */
export const followed = async <Result>(
  what: string,
  work: (progress: Progress) => Promise<Result>,
  onStop?: () => void,
): Promise<Result> => {
  const line = createProgressLine();
  let stopped = false;
  const start = { unit: "", at: performance.now() };
  const progress: Progress = (unit, done, all) => {
    if (stopped)
      throw new CounterweightError("CW_INTERRUPTED", `${what} was stopped`, {
        hint: "nothing was changed; start it again",
      });
    if (unit !== start.unit) Object.assign(start, { unit, at: performance.now() });
    const seconds = (performance.now() - start.at) / 1000;
    if (seconds < 0.5) return;
    line.update(() => {
      const rate = done / seconds;
      return `${count(done)} of ${count(all)} ${unit} · ${count(rate)} ${unit}/s · ${duration((all - done) / rate)} left`;
    });
  };
  const results: Result[] = [];
  const stop = (): void => {
    stopped = true;
    onStop?.();
  };
  await interruptible(stop, async () => {
    try {
      results.push(await work(progress));
    } finally {
      line.end();
    }
  });
  return results[0]!;
};

/** {@link followed}, for a replay whose result is text: writes it to stdout. */
export const withProgress = async (work: (progress: Progress) => Promise<string>): Promise<void> => {
  process.stdout.write(await followed("the replay", work));
};
