/** @file `counterweight prepare`: text → token shards and their manifest. */
import { Command, InvalidArgumentError } from "commander";

import { prepareCorpus } from "../corpus/prepare/prepare.ts";
import { CounterweightError } from "../errors.ts";
import { createFiles } from "../files.ts";
import { interruptible } from "./interrupt.ts";
import { count, createProgressLine, duration } from "./progress-line.ts";
import { corpusTable } from "./corpus-table.ts";

const workerCount = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 256)
    throw new InvalidArgumentError("must be in 1 … 256");
  return value;
};

const prepare = async (dataset: string, options: { out: string; workers: number }): Promise<void> => {
  const line = createProgressLine();
  const controller = new AbortController();
  const interrupted = await interruptible(
    () => controller.abort(),
    async () => {
      const { manifest, manifestPath, reused } = await prepareCorpus({
        dataset,
        out: options.out,
        workers: options.workers,
        files: createFiles(),
        signal: controller.signal,
        onProgress: ({ phase, bytesDone, bytesTotal, mbPerSecond, secondsLeft }) =>
          line.update(
            () =>
              `${phase} · ${count(bytesDone)}B of ${count(bytesTotal)}B · ${mbPerSecond.toFixed(1)} MB/s · ${duration(secondsLeft)} left`,
          ),
      });
      line.end();
      process.stdout.write(`${reused ? "reused" : "wrote"} ${manifestPath}\n${corpusTable(manifest)}`);
    },
  );
  if (interrupted)
    throw new CounterweightError("CW_INTERRUPTED", "preparing was stopped", {
      hint: "run the same command again: what is finished is kept",
    });
};

/** The command. */
export const prepareCommand = (): Command =>
  new Command("prepare")
    .description("Make token shards and their manifest from text, as a dataset file says.")
    .argument("<dataset>", "dataset file (YAML)")
    .requiredOption("--out <folder>", "where shards and manifest.json go")
    .option("--workers <n>", "threads that encode; the output does not depend on it", workerCount, 2)
    .action(prepare);
