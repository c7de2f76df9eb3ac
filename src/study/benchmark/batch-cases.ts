/** @file What is timed of reading: rows of shards into batches, beside a plain read of the same files. */
import { openLocalSource } from "../../bytes/local.ts";
import { type Corpus, openCorpus } from "../../corpus/corpus.ts";
import type { Draws } from "../../draws.ts";
import { samplerOptions } from "../../sampler/options.ts";
import { type SampledBlock, createSampler } from "../../sampler/sampler.ts";
import { createTokens } from "../../training/trainer.ts";
import { type BenchmarkPlan, batchSize, rowBytes, seqLen } from "./plan.ts";
import type { Case } from "./timing.ts";

/** Cases that hold files open. */
export interface OpenCases {
  readonly cases: readonly Case[];
  readonly close: () => Promise<void>;
}

/** The floor of reading: all files from start to end, in pieces of a block, into one buffer. Files are as warm in the system's
 * cache as they are for the other cases. */
const openRawRead = async (paths: readonly string[], pieceBytes: number): Promise<OpenCases> => {
  const sources = await Promise.all(paths.map((path) => openLocalSource(path)));
  const into = new Uint8Array(pieceBytes);
  return {
    cases: [
      {
        name: "raw read",
        unit: "rows",
        work: sources.reduce((bytes, { byteLength }) => bytes + byteLength, 0) / rowBytes,
        async run() {
          for (const source of sources)
            for (let start = 0; start < source.byteLength; start += pieceBytes)
              await source.read(start, Math.min(source.byteLength, start + pieceBytes), { into });
        },
      },
    ],
    close: async () => {
      await Promise.all(sources.map((source) => source.close()));
    },
  };
};

interface PlannedBatch {
  readonly draws: Draws;
  readonly upcoming: SampledBlock[];
}

/** Batches of a corpus in uniform order, drawn before the clock starts, gathered while it runs. */
const shardToBatch = (corpus: Corpus, plan: BenchmarkPlan): Case => {
  const streams = corpus.manifest.domains.map(({ name }, domain) => ({
    name,
    domain,
    blocks: corpus.blocksOf(domain),
  }));
  const options = samplerOptions.parse({ windowBytes: plan.windowBytes });
  const sampler = createSampler({ seed: "bench", batchSize, streams, options });
  const tokens = createTokens("uint16", batchSize * seqLen);
  let planned: PlannedBatch[] = [];
  let step = 0;
  return {
    name: "shard to batch",
    unit: "draws",
    floor: "raw read",
    work: plan.stepsPerRound * batchSize,
    async prepare() {
      planned = [];
      for (const last = step + plan.stepsPerRound; step < last; step++)
        planned.push({ draws: await sampler.next(step + 1), upcoming: sampler.upcoming() });
    },
    async run() {
      for (const { draws, upcoming } of planned) {
        await corpus.gather(draws.shard, draws.row, tokens);
        corpus.prefetch(upcoming);
      }
    },
    bytesReadPerByteUsed: () => corpus.bytesRead / (step * batchSize * rowBytes),
  };
};

/** Opens a corpus and its files for timing; `close` gives them back. */
export const openBatchCases = async (
  manifestPath: string,
  shardPaths: readonly string[],
  plan: BenchmarkPlan,
): Promise<OpenCases> => {
  const corpus = await openCorpus(manifestPath, { verify: "read", cacheBytes: plan.cacheBytes });
  const raw = await openRawRead(shardPaths, plan.windowBytes);
  return {
    cases: [...raw.cases, shardToBatch(corpus, plan)],
    async close() {
      await raw.close();
      await corpus.close();
    },
  };
};
