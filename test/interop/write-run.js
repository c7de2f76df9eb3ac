/**
 * @file Writes a corpus and a run over it into FOLDER (corpus/, run/): with an abandoned branch, masked losses, instances never
 * visited and equal rows; killed at a step, so that its log is one sealed segment and one raw.
 * Usage: node test/interop/write-run.js FOLDER; ends by SIGKILL.
 */
import { join } from "node:path";

import { writeManifest } from "../../dist/corpus/manifest-file.js";
import { createManifest } from "../../dist/corpus/manifest.js";
import { openParquetShard } from "../../dist/corpus/parquet/shard-writer.js";
import { createFiles } from "../../dist/files.js";
import { boundedInteger, keyOf } from "../../dist/random.js";
import { openRun } from "../../dist/run.js";

const [folder] = process.argv.slice(2);
const files = createFiles();
const seqLen = 8;
const heldOutRows = 24;

const random = keyOf("questions", "", "rows and losses");
const tokensOf = (shard, rows) =>
  Uint16Array.from({ length: rows * seqLen }, (_, at) =>
    at % (7 * seqLen) < seqLen ? 5 : boundedInteger(random, shard * 10_000 + at, 60),
  );

const shards = [];
for (const [domain, rows] of [700, 300, 90].entries())
  for (const [name, count] of [
    ["train", rows],
    ["held-out", heldOutRows],
  ]) {
    const uri = `${name}-${domain}.parquet`;
    const layout = { seqLen, tokenDtype: "uint16", rowsPerBlock: 16, metadata: {} };
    await files.makeFolder(join(folder, "corpus"));
    const writer = await openParquetShard(files, join(folder, "corpus", uri), layout);
    await writer.append(tokensOf(shards.length, count));
    shards.push({ uri, domain, ...(await writer.close()) });
  }
const manifestPath = join(folder, "corpus", "manifest.json");
await writeManifest(
  files,
  manifestPath,
  createManifest({
    seqLen,
    tokenDtype: "uint16",
    tokenizer: {
      kind: "bytes",
      name: "interop",
      hash: "0".repeat(64),
      vocabSize: 64,
      uri: "tokenizer.json",
      endOfText: 63,
    },
    maxBlockBytes: 2 ** 20,
    domains: ["novel", "code", "speech, “quoted”"].map((name) => ({
      name,
      documents: 20,
      tokens: 1000,
      bytes: 4000,
      heldOutTokens: heldOutRows * seqLen,
      heldOutBytes: 800,
    })),
    shards,
    heldOut: shards.flatMap(({ uri, blocks }, shard) =>
      uri.startsWith("held-out") ? blocks.map((_, block) => ({ shard, block })) : [],
    ),
  }),
);

/** Losses whose float32 digits are all used; in the third domain of sizes so far apart that float64 cannot add them exactly. */
const lossOf = (domain, row, step) => {
  const share = (1 + boundedInteger(random, 2 ** 31 + step * 4096 + domain * 1024 + row, 2 ** 24)) / 2 ** 24;
  if ((row + step) % 23 === 0) return row % 2 === 0 ? Number.NaN : Infinity;
  return domain === 2 ? share * 10 ** (((row * step) % 13) - 9) : 0.5 + 8 * share;
};
const trainer = (lastStep) => ({
  name: "interop",
  async step({ step, draws, size }, weigh) {
    if (step > lastStep) process.kill(process.pid, "SIGKILL");
    const losses = Float32Array.from({ length: size }, (_, slot) =>
      lossOf(draws.domain[slot], draws.row[slot], step),
    );
    weigh(losses);
    return { losses };
  },
  save: async () => undefined,
  load: async () => undefined,
});

const dir = join(folder, "run");
const pipeline = {
  seed: "interop",
  steps: 60,
  corpus: { manifest: manifestPath },
  training: { batchSize: 24 },
  sampler: { kind: "importance", keep: 0.5, windowBytes: 1024 },
  weighing: { strategy: "linupper", nonFinite: "mask" },
  checkpoint: { everySteps: 20, retain: 10 },
};
await (await openRun(pipeline, { dir, trainer: trainer(Infinity) })).start();
const resumed = await openRun(undefined, {
  dir,
  from: 40,
  overrides: ["steps=1000", "ledger.maxUncommittedSteps=1"],
  trainer: trainer(130),
});
await resumed.start();
