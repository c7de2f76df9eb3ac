/** @file The second pass over the text: encodes slices in threads and writes each part's shards as soon as its last slice is there. */
import type { Files } from "../../files.ts";
import { heldOutFolder, trainingFolder } from "./claim-folder.ts";
import type { DatasetSource } from "./dataset-file.ts";
import { inOrder } from "./in-order.ts";
import type { PartRecord } from "./part-record.ts";
import { packRows, writeShard } from "./part-writer.ts";
import { type Part, type Plan, byteLengthOf } from "./plan.ts";
import type { ProgressCounter } from "./progress.ts";
import type { Surveyed } from "./survey-record.ts";
import type { EncodedSlice } from "./tasks.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** What the steps of one preparation share. */
export interface Work {
  readonly source: DatasetSource;
  readonly plan: Plan;
  /** The corpus' folder. */
  readonly out: string;
  readonly files: Files;
  readonly progress: ProgressCounter;
}

const writePart = async (
  { source: { dataset }, plan, out, files }: Work,
  part: Part,
  slices: readonly EncodedSlice[],
  { tokenizer }: Surveyed,
): Promise<PartRecord> => {
  const target = { files, out, dataset, tokenizer };
  const training = packRows(
    slices.map((slice) => slice.training),
    dataset.seqLen,
    tokenizer,
  );
  const heldOut = packRows(
    slices.map((slice) => slice.heldOut),
    dataset.seqLen,
    tokenizer,
  );
  const file = `${part.name}.parquet`;
  return {
    key: plan.key,
    training: await writeShard(
      { ...target, uri: `${trainingFolder}/${file}`, leastBlocks: dataset.blocksPerDomain },
      training,
    ),
    heldOut: await writeShard({ ...target, uri: `${heldOutFolder}/${file}`, leastBlocks: 1 }, heldOut),
  };
};

/** Makes the parts that are not finished, in order; threads are ahead by two slices each.
 * @param finished parts to leave out
 * @throws {StorageError} when the disk refuses
 * @throws {ConfigError | SourceError} when an input changed since the survey. O(text). */
export async function* encodeParts(
  work: Work,
  surveyed: Surveyed,
  finished: ReadonlyMap<Part, PartRecord>,
  pool: WorkerPool,
): AsyncGenerator<[Part, PartRecord], void, undefined> {
  const { plan, progress } = work;
  const { vocabulary, hash } = surveyed.tokenizer;
  const merges = new Uint32Array(new SharedArrayBuffer(vocabulary.merges.byteLength));
  merges.set(vocabulary.merges);
  const unfinished = plan.parts.filter((part) => !finished.has(part));
  const slices = unfinished.flatMap((part) => part.slices.map((slice) => ({ part, slice })));
  const bytesLeft = slices.reduce((sum, { slice }) => sum + byteLengthOf(slice), 0);
  progress.begin("encode", bytesLeft);
  let encoded: EncodedSlice[] = [];
  const results = inOrder(slices, 2 * pool.size, async ({ part, slice }) => {
    const { heldOutBound } = surveyed.survey.domains[part.domain]!;
    return {
      part,
      slice,
      result: await pool.encode({ kind: "encode", slice, heldOutBound, merges, tokenizerHash: hash }),
    };
  });
  for await (const { part, slice, result } of results) {
    encoded.push(result);
    progress.add(byteLengthOf(slice));
    if (slice !== part.slices.at(-1)) continue;
    yield [part, await writePart(work, part, encoded, surveyed)];
    encoded = [];
  }
}
