/** @file `counterweight bench`: how fast the loop's stages are on this machine. */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";

import { createFiles } from "../files.ts";
import { type Benchmark, runBenchmark } from "../study/benchmark/benchmark.ts";
import { versions } from "../versions.ts";
import { benchTable } from "./bench-table.ts";
import { interruptible } from "./interrupt.ts";
import { count, createProgressLine, duration } from "./progress-line.ts";

interface BenchOptions {
  readonly sizes?: readonly number[];
  readonly quick?: boolean;
  readonly json?: boolean;
  readonly folder: string;
}

const numbers = (text: string): number[] =>
  text.split(",").map((part) => {
    const value = Number(part);
    if (part.trim() === "" || !Number.isInteger(value))
      throw new InvalidArgumentError("must be whole numbers, e.g. 1e4,1e6");
    return value;
  });

/** What the figures were measured on. */
interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly versions: Readonly<Record<string, string>>;
}

const machineOf = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  platform: `${process.platform} ${process.arch}`,
  versions: versions(),
});

/** Runs the benchmark in a folder of its own, which is gone afterwards however this ends. */
const measure = async ({ folder: parent, quick = false, sizes }: BenchOptions): Promise<Benchmark> => {
  const files = createFiles();
  const folder = join(parent, `counterweight-bench-${randomUUID().slice(0, 8)}`);
  await files.makeFolder(folder);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // A second Ctrl-C ends the process at once: only this is run then.
  process.on("exit", remove);
  const line = createProgressLine();
  const controller = new AbortController();
  let benchmark: Benchmark | undefined;
  try {
    await interruptible(
      () => {
        line.say("stopping after this timing; once more to quit at once");
        controller.abort();
      },
      async () => {
        benchmark = await runBenchmark({
          files,
          folder,
          sizes: sizes ?? (quick ? [1e4] : [1e4, 1e5, 1e6, 1e7]),
          quick,
          signal: controller.signal,
          onProgress: ({ instances, name, round }) =>
            line.update(
              () =>
                `${count(instances)} instances · ${round === 0 ? "warming up" : `round ${round}`} · ${name}`,
            ),
        });
      },
    );
  } finally {
    line.end();
    remove();
    process.off("exit", remove);
  }
  return benchmark!;
};

const bench = async (options: BenchOptions): Promise<void> => {
  const started = performance.now();
  const benchmark = await measure(options);
  const machine = machineOf();
  const seconds = (performance.now() - started) / 1000;
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ machine, seconds, ...benchmark }, null, 2)}\n`);
    return;
  }
  const { cpu, cores, versions: used } = machine;
  const { seqLen, batchSize, domains } = benchmark.settings;
  process.stdout.write(
    `${benchTable(benchmark)}\n${cpu}, ${cores} cores, Node ${used["node"]}; rows of ${seqLen} tokens, batches of ${batchSize}, ${domains} domains; medians ± the farthest round, where there was more than one; ${duration(seconds)}\n`,
  );
};

/** The command. */
export const benchCommand = (): Command =>
  new Command("bench")
    .description("Measure how fast sampling, reading, the ledger and the whole loop are on this machine.")
    .option("--sizes <n,n,…>", "instances of the corpora (default: 1e4,1e5,1e6,1e7)", numbers)
    .option("--quick", "a few seconds at 1e4 instances: shows that it works, measures badly")
    .option("--json", "figures, floors and ratios as JSON")
    .option("--folder <folder>", "where temporary shards and ledgers go: the disk that is measured", tmpdir())
    .action(bench);
