/** @file Runs for reports to be made of: plain ones, and those that a page must bear. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Pipeline } from "../../src/config/schema.ts";
import { prepareCorpus } from "../../src/corpus/prepare/prepare.ts";
import { openRun } from "../../src/run.ts";
import type { Batch, Trainer } from "../../src/training/trainer.ts";
import { quickFiles } from "./ledger-on-disk.ts";

/** A trainer whose losses fall from 8, slower for some rows and domains than for others; every 97th row jumps about. */
export const fallingTrainer = (heldOut = true, masked = false): Trainer => {
  const lossOf = (domain: number, row: number, step: number): number => {
    if (masked && (row + step) % 11 === 0) return Number.NaN;
    const noise = row % 97 === 0 ? 2 * ((step * 7919) % 3) : ((row * 31 + step * 17) % 13) / 20;
    return 1.5 + (domain % 5) / 4 + noise + 6 / (1 + step / (20 + (row % 50)));
  };
  let last = 1;
  return {
    name: "falling",
    async step({ step, draws, size }: Batch, weigh) {
      last = step;
      const losses = Float32Array.from({ length: size }, (_, slot) =>
        lossOf(draws.domain[slot]!, draws.row[slot]!, step),
      );
      weigh(losses);
      return { losses };
    },
    ...(heldOut && {
      score: async (_tokens, rows) => Float32Array.from({ length: rows }, (_, row) => lossOf(0, row, last)),
    }),
    save: async () => undefined,
    load: async () => undefined,
  };
};

/** Records a run of a trainer that falls. */
export const recordFalling = async (
  dir: string,
  pipeline: Pipeline,
  trainer: Trainer = fallingTrainer(),
): Promise<string> => {
  const run = await openRun(pipeline, { dir, trainer, files: quickFiles });
  await run.start();
  return dir;
};

/** What usually varies little between these runs. */
export const fallingPipeline = (manifest: string, changes: Partial<Pipeline> = {}): Pipeline => ({
  seed: "report",
  steps: 120,
  corpus: { manifest },
  training: { batchSize: 8 },
  sampler: { kind: "importance", keep: 0.5 },
  weighing: { strategy: "linupper" },
  evaluation: { everySteps: 30, rows: 4 },
  checkpoint: { everySteps: 1000 },
  ...changes,
});

/** A million observations of 150,000 instances, without files of a corpus: 2,000 steps of 512 rows. */
export const millionPipeline: Pipeline = {
  seed: "million",
  steps: 2000,
  corpus: { kind: "synthetic", instances: 150_000, heldOut: 300 },
  model: { kind: "regression" },
  training: { batchSize: 512 },
  weighing: { strategy: "linupper" },
  evaluation: { everySteps: 200, rows: 30 },
  checkpoint: { everySteps: 5000 },
};

/** Texts that would break a page that takes them for markup, or a reader's eye. */
export const hostileTexts: readonly string[] = [
  `<script>window.broken = true</script>`,
  `</pre></script></style><img src="https://example.invalid/x.png" onerror="window.broken = true">`,
  `<!-- --><iframe srcdoc="<script>parent.broken = true</script>"></iframe> &lt;b&gt; &amp; "quoted" 'too'`,
  `\u202Eright to left\u202C \u2066isolated\u2069 \u001B[31mred\u0007 \u0000nul \u200Bzero \uFEFFmark`,
  `שלום עולם — مرحبا بالعالم — ${"wide".repeat(60)}`,
];

/** Prepares a corpus whose every instance holds some of {@link hostileTexts}. @returns its manifest */
export const writeHostileCorpus = async (folder: string): Promise<string> => {
  await mkdir(folder, { recursive: true });
  const lines = Array.from({ length: 60 }, (_, at) =>
    JSON.stringify({
      text: `${at}: ${hostileTexts[at % hostileTexts.length]!} ${hostileTexts[(at + 1) % 5]!}`,
    }),
  );
  await writeFile(join(folder, "hostile.jsonl"), `${lines.join("\n")}\n`);
  await writeFile(
    join(folder, "dataset.yaml"),
    `name: hostile
seqLen: 256
tokenizer: { kind: bytes }
heldOut: 0.1
blocksPerDomain: 8
domains:
  hostile: { format: jsonl, files: [{ path: hostile.jsonl }] }
`,
  );
  const out = join(folder, "corpus");
  await prepareCorpus({ dataset: join(folder, "dataset.yaml"), out, workers: 1 });
  return join(out, "manifest.json");
};
