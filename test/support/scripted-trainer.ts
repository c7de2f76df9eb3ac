/** @file A trainer whose losses a test decides; what it was given is kept. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Batch, Trainer } from "../../src/training/trainer.ts";

export interface SeenBatch {
  readonly step: number;
  readonly shard: number[];
  readonly row: number[];
  readonly tokens: number[];
  readonly probability: number[];
  readonly base: number[];
  readonly weights: number[];
  readonly losses: number[];
}

export interface ScriptedTrainer extends Trainer {
  readonly seen: SeenBatch[];
}

/** @param lossOf loss of an instance at its nth visit (from 1), rounded to float32 by the loop
 * @param delayMs how long a step takes */
export const createScriptedTrainer = (
  lossOf: (shard: number, row: number, visit: number, step: number) => number,
  delayMs: (step: number) => number = () => 0,
): ScriptedTrainer => {
  let visits: Record<string, number> = {};
  const seen: SeenBatch[] = [];
  const scripted: ScriptedTrainer = {
    name: "scripted",
    seen,
    async step({ step, draws, tokens, size }: Batch, weigh) {
      const wait = delayMs(step);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const losses = Float32Array.from({ length: size }, (_, slot) => {
        const shard = draws.shard[slot]!;
        const row = draws.row[slot]!;
        const visit = (visits[`${shard}:${row}`] = (visits[`${shard}:${row}`] ?? 0) + 1);
        return lossOf(shard, row, visit, step);
      });
      const weights = weigh(losses);
      seen.push({
        step,
        shard: [...draws.shard],
        row: [...draws.row],
        tokens: [...tokens],
        probability: [...draws.probability],
        base: [...draws.base],
        weights: [...weights],
        losses: [...losses],
      });
      return { losses };
    },
    score: async (_tokens, rows) => new Float32Array(rows).fill(1),
    save: (folder) => writeFile(join(folder, "visits.json"), JSON.stringify(visits)),
    async load(folder) {
      visits = JSON.parse(await readFile(join(folder, "visits.json"), "utf8")) as Record<string, number>;
    },
  };
  return scripted;
};
