/** @file What a benchmark of a given number of instances works on: its corpus, batches and windows. */
import { rowsPerBlock } from "../../corpus/prepare/part-writer.ts";
import type { StreamOptions } from "../../sampler/sampler.ts";

/** L, tokens of a row; two bytes each. */
export const seqLen = 512;
/** Bytes of a row. */
export const rowBytes: number = 2 * seqLen;
/** M, rows of a batch. */
export const batchSize = 256;
/** Bytes of the shard files of one corpus at most; a larger corpus names the same files several times. */
export const fileBytes: number = 2 ** 28;

const domains = 4;
const blockBytes = 2 ** 23;
const leastBlocks = 16;
const windowsPerRound = 8;

/** A benchmark's corpus: four domains alike, each of some shards alike. */
export interface BenchmarkPlan {
  /** Rows of all shards. */
  readonly instances: number;
  readonly domains: number;
  readonly shardsPerDomain: number;
  readonly rowsPerShard: number;
  /** Of every block but a shard's last. */
  readonly rowsPerBlock: number;
  /** One block: what is read ahead between two rounds is then a small part of a round. */
  readonly windowBytes: number;
  /** The open windows, those after them, and a block a domain to spare. */
  readonly cacheBytes: number;
  /** Steps that draw eight windows of every domain. */
  readonly stepsPerRound: number;
}

/** The plan for about `instances` of them: to the row where they divide by the number of shards, as powers of ten do.
 * @param instances at least 1000 */
export const planOf = (instances: number): BenchmarkPlan => {
  const least = Math.ceil((instances * rowBytes) / fileBytes);
  const candidates = Array.from({ length: least + 1 }, (_, more) => least + more);
  const shardsPerDomain = candidates.find((count) => instances % (domains * count) === 0) ?? least;
  const rowsPerShard = Math.floor(instances / (domains * shardsPerDomain));
  const perBlock = rowsPerBlock(rowsPerShard * shardsPerDomain, rowBytes, blockBytes, leastBlocks);
  const windowBytes = perBlock * rowBytes;
  return {
    instances: domains * shardsPerDomain * rowsPerShard,
    domains,
    shardsPerDomain,
    rowsPerShard,
    rowsPerBlock: perBlock,
    windowBytes,
    cacheBytes: Math.max(2 ** 20, 3 * domains * windowBytes),
    stepsPerRound: Math.max(1, Math.floor((windowsPerRound * domains * perBlock) / batchSize)),
  };
};

/** The plan's blocks as the sampler sees them, without any file. O(blocks). */
export const streamsOf = (plan: BenchmarkPlan): StreamOptions[] => {
  const { shardsPerDomain, rowsPerShard, rowsPerBlock: perBlock } = plan;
  return Array.from({ length: plan.domains }, (_, domain) => ({
    name: `domain-${domain}`,
    domain,
    blocks: Array.from(
      { length: shardsPerDomain },
      (__, number) => domain * shardsPerDomain + number,
    ).flatMap((shard) =>
      Array.from({ length: Math.ceil(rowsPerShard / perBlock) }, (__, block) => {
        const firstRow = block * perBlock;
        const rows = Math.min(perBlock, rowsPerShard - firstRow);
        return { shard, firstRow, rows, bytes: rows * rowBytes };
      }),
    ),
  }));
};
