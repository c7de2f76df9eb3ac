/** @file How fast own shards become batch rows, beside a raw fs.read of the same bytes in the same rounds. Run after `npm run build`: node bench/corpus/read.bench.js [--json] [--rounds N] [--megabytes N] */
import { mkdtemp, open, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { openCorpus } from "../../dist/corpus/corpus.js";
import { writeManifest } from "../../dist/corpus/manifest-file.js";
import { createManifest } from "../../dist/corpus/manifest.js";
import { openParquetShard } from "../../dist/corpus/parquet/shard-writer.js";
import { createFiles } from "../../dist/files.js";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "15" },
    megabytes: { type: "string", default: "256" },
  },
});
const rounds = Number(options.rounds);
/** L: rows of 1 KiB and of 4 KiB. */
const lengths = [512, 2048];
const blockBytes = 2 ** 23;
const windowBlocks = 8;
const batchRows = 32;
const windows = Math.max(1, Math.round((Number(options.megabytes) * 2 ** 20) / (windowBlocks * blockBytes)));
const floors = { "in order, checks off": 0.8, "shuffled, checks off": 0.2 };

/** A seeded stream of 32-bit numbers (Marsaglia's xorshift): the same shard and the same shuffles every time. */
const xorshift = (seed) => () => {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return seed >>> 0;
};

const writeCorpus = async (folder, seqLen) => {
  const files = createFiles();
  const layout = { seqLen, tokenDtype: "uint16", rowsPerBlock: blockBytes / 2 / seqLen, metadata: {} };
  const writer = await openParquetShard(files, join(folder, "tokens.parquet"), layout);
  const next = xorshift(1);
  const block = new Uint16Array(blockBytes / 2);
  for (let number = 0; number < windows * windowBlocks; number++) {
    for (let at = 0; at < block.length; at++) block[at] = next() % 50257;
    await writer.append(block);
  }
  const shard = await writer.close();
  const manifest = createManifest({
    seqLen,
    tokenDtype: "uint16",
    tokenizer: {
      kind: "bpe",
      name: "bench",
      hash: "0".repeat(64),
      vocabSize: 50257,
      uri: "none",
      endOfText: 0,
    },
    maxBlockBytes: 2 ** 24,
    domains: [{ name: "bench", documents: 0, tokens: 0, bytes: 0, heldOutTokens: 0, heldOutBytes: 0 }],
    shards: [{ uri: "tokens.parquet", domain: 0, ...shard }],
    heldOut: [],
  });
  await writeManifest(files, join(folder, "manifest.json"), manifest);
  return shard.bytes;
};

/** One for all: fresh buffers of this size make the collector run, at the cost of whoever comes next. */
const rawBuffer = new Uint8Array(blockBytes);

/** Seconds of a raw read of the shard into one buffer of a block's size, used again. */
const rawRead = async (path, fileBytes) => {
  const buffer = rawBuffer;
  const handle = await open(path, "r");
  const start = performance.now();
  for (let at = 0; at < fileBytes; at += buffer.byteLength)
    await handle.read(buffer, 0, Math.min(buffer.byteLength, fileBytes - at), at);
  const seconds = (performance.now() - start) / 1e3;
  await handle.close();
  return seconds;
};

const openBench = (folder, verify) =>
  openCorpus(join(folder, "manifest.json"), { verify, cacheBytes: 2 ** 27 + 2 ** 24 });

const secondsOf = async (work, corpus) => {
  const start = performance.now();
  await work(corpus);
  return (performance.now() - start) / 1e3;
};

/** Seconds of a run's first pass, the only one that checks: fresh corpus, fresh buffers. */
const firstPass = async (folder, work) => {
  const corpus = await openBench(folder, "read");
  try {
    return await secondsOf(work, corpus);
  } finally {
    await corpus.close();
  }
};

const inOrder = async (corpus) => {
  let rows = 0;
  for await (const block of corpus.scan(corpus.blocksOf(0))) rows += block.rows;
  if (rows !== corpus.instances) throw new RangeError(`read ${rows} of ${corpus.instances} rows`);
};

/** Rows of every window in a shuffled order, window after window; made once, since it is the sampler's work. */
const shuffledRows = (seqLen) => {
  const next = xorshift(7);
  const rowsPerWindow = (windowBlocks * blockBytes) / 2 / seqLen;
  const rows = new Uint32Array(windows * rowsPerWindow);
  for (let start = 0; start < rows.length; start += rowsPerWindow)
    for (let i = 0; i < rowsPerWindow; i++) {
      const j = next() % (i + 1);
      rows[start + i] = rows[start + j];
      rows[start + j] = start + i;
    }
  return rows;
};

/** Every row once, into batches of 32 from windows of 8 blocks; the next window is read ahead. */
const shuffled = (seqLen) => {
  const rows = shuffledRows(seqLen);
  const target = new Uint16Array(batchRows * seqLen);
  const shards = new Uint32Array(batchRows);
  const batchesPerWindow = rows.length / windows / batchRows;
  return async (corpus) => {
    const blocks = corpus.blocksOf(0);
    for (let batch = 0; batch * batchRows < rows.length; batch++) {
      const window = Math.trunc(batch / batchesPerWindow);
      if (batch % batchesPerWindow === 0)
        corpus.prefetch(blocks.slice(window * windowBlocks, (window + 2) * windowBlocks));
      await corpus.gather(shards, rows.subarray(batch * batchRows, (batch + 1) * batchRows), target);
    }
  };
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Runs every case beside a raw read of its own, round after round, the first round aside. */
const measure = async (raw, cases) => {
  const pairs = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++)
    for (const [name, run] of Object.entries(cases)) {
      const floor = await raw();
      const took = await run();
      if (round > 0) pairs[name].push({ floor, took });
    }
  return pairs;
};

const benchLength = async (seqLen) => {
  const folder = await mkdtemp(join(tmpdir(), "counterweight-bench-"));
  try {
    const fileBytes = await writeCorpus(folder, seqLen);
    const intoBatches = shuffled(seqLen);
    const raw = () => rawRead(join(folder, "tokens.parquet"), fileBytes);
    const corpus = await openBench(folder, "off");
    const pairs = await measure(raw, {
      "in order, checks off": () => secondsOf(inOrder, corpus),
      "shuffled, checks off": () => secondsOf(intoBatches, corpus),
    });
    await corpus.close();
    const checked = await measure(raw, {
      "in order, checks on, first pass": () => firstPass(folder, inOrder),
      "shuffled, checks on, first pass": () => firstPass(folder, intoBatches),
    });
    Object.assign(pairs, checked);
    return Object.entries(pairs).map(([name, rounds]) => {
      const ratios = rounds.map(({ floor, took }) => floor / took).toSorted((a, b) => a - b);
      const rate = (seconds) => fileBytes / 1e6 / median(seconds);
      return {
        seqLen,
        name,
        rawMegabytesPerSecond: rate(rounds.map(({ floor }) => floor)),
        megabytesPerSecond: rate(rounds.map(({ took }) => took)),
        ratio: median(ratios),
        quartiles: [ratios[ratios.length >> 2], ratios[(3 * ratios.length) >> 2]],
        ...(floors[name] && { wanted: floors[name] }),
      };
    });
  } finally {
    await rm(folder, { recursive: true });
  }
};

const results = [];
for (const seqLen of lengths) results.push(...(await benchLength(seqLen)));
const machine = { node: process.version, cpu: cpus()[0].model, cores: cpus().length, rounds };
if (options.json) console.log(JSON.stringify({ machine, results }, null, 2));
else {
  console.log(
    `blocks of 8 MiB, windows of 8, batches of 32 rows; ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`,
  );
  console.log("    L  case                                MB/s     raw  ratio (quartiles), median of rounds");
  for (const {
    seqLen,
    name,
    rawMegabytesPerSecond,
    megabytesPerSecond,
    ratio,
    quartiles,
    wanted,
  } of results) {
    const figures = [megabytesPerSecond, rawMegabytesPerSecond]
      .map((rate) => rate.toFixed(0).padStart(6))
      .join("  ");
    const [low, high] = quartiles.map((value) => value.toFixed(2));
    const floor = wanted === undefined ? "" : `, wanted ${wanted}`;
    console.log(
      `${String(seqLen).padStart(5)}  ${name.padEnd(32)}  ${figures}   ${ratio.toFixed(2)} (${low} to ${high})${floor}`,
    );
  }
}
