/** @file How fast own shards become batch rows, beside a raw fs.read of the same bytes in the same rounds. Run after `npm run build`: node bench/corpus/read.bench.js [--json] [--length L] [--rounds N] [--megabytes N] */
import { mkdtemp, open, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { openCorpus } from "../../dist/corpus/corpus.js";
import { writeManifest } from "../../dist/corpus/manifest-file.js";
import { createManifest } from "../../dist/corpus/manifest.js";
import { openParquetShard } from "../../dist/corpus/parquet-shard-writer.js";
import { createFiles } from "../../dist/files.js";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "9" },
    length: { type: "string", default: "512" },
    megabytes: { type: "string", default: "256" },
  },
});
const rounds = Number(options.rounds);
const seqLen = Number(options.length);
const rowBytes = 2 * seqLen;
const rowsPerBlock = (8 * 2 ** 20) / rowBytes;
const blockCount = Math.max(
  8,
  Math.round((Number(options.megabytes) * 2 ** 20) / (rowsPerBlock * rowBytes) / 8) * 8,
);
const windowBlocks = 8;
const batchRows = 32;

/** A seeded stream of 32-bit numbers (Marsaglia's xorshift): the same shard and the same shuffles every time. */
const xorshift = (seed) => () => {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return seed >>> 0;
};

const writeCorpus = async (folder) => {
  const files = createFiles();
  const layout = { seqLen, tokenDtype: "uint16", rowsPerBlock, metadata: {} };
  const writer = await openParquetShard(files, join(folder, "tokens.parquet"), layout);
  const next = xorshift(1);
  const block = new Uint16Array(rowsPerBlock * seqLen);
  for (let i = 0; i < blockCount; i++) {
    for (let j = 0; j < block.length; j++) block[j] = next() % 50257;
    await writer.append(block);
  }
  const shard = await writer.close();
  const nowhere = { documents: 0, tokens: 0, bytes: 0, heldOutTokens: 0, heldOutBytes: 0 };
  const tokenizer = {
    kind: "bpe",
    name: "bench",
    hash: "0".repeat(64),
    vocabSize: 50257,
    uri: "none",
    endOfText: 0,
  };
  const manifest = createManifest({
    seqLen,
    tokenDtype: "uint16",
    tokenizer,
    maxBlockBytes: 2 ** 24,
    domains: [{ name: "bench", ...nowhere }],
    shards: [{ uri: "tokens.parquet", domain: 0, ...shard }],
    heldOut: [],
  });
  await writeManifest(files, join(folder, "manifest.json"), manifest);
  return shard.bytes;
};

/** Seconds of a raw read of the shard into one buffer of a block's size, used again. */
const rawRead = async (path, fileBytes) => {
  const buffer = new Uint8Array(rowsPerBlock * rowBytes);
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
const shuffledRows = () => {
  const next = xorshift(7);
  const rowsPerWindow = windowBlocks * rowsPerBlock;
  const rows = new Uint32Array(blockCount * rowsPerBlock);
  for (let start = 0; start < rows.length; start += rowsPerWindow)
    for (let i = 0; i < rowsPerWindow; i++) {
      const j = next() % (i + 1);
      rows[start + i] = rows[start + j];
      rows[start + j] = start + i;
    }
  return rows;
};

/** Every row once, into batches of 32 from windows of 8 blocks; the next window is read ahead. */
const shuffled = (rows) => async (corpus) => {
  const blocks = corpus.blocksOf(0);
  const target = new Uint16Array(batchRows * seqLen);
  const shards = new Uint32Array(batchRows);
  const batchesPerWindow = (windowBlocks * rowsPerBlock) / batchRows;
  for (let batch = 0; batch * batchRows < rows.length; batch++) {
    const window = Math.trunc(batch / batchesPerWindow);
    if (batch % batchesPerWindow === 0)
      corpus.prefetch(blocks.slice(window * windowBlocks, (window + 2) * windowBlocks));
    await corpus.gather(shards, rows.subarray(batch * batchRows, (batch + 1) * batchRows), target);
  }
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const folder = await mkdtemp(join(tmpdir(), "counterweight-bench-"));
try {
  const fileBytes = await writeCorpus(folder);
  const corpus = await openBench(folder, "off");
  const rows = shuffledRows();
  const raw = () => rawRead(join(folder, "tokens.parquet"), fileBytes);
  const cases = {
    "raw fs.read": raw,
    "in order, checks off": () => secondsOf(inOrder, corpus),
    "in order, checks on, first pass": () => firstPass(folder, inOrder),
    "shuffled batches of 32, checks off": () => secondsOf(shuffled(rows), corpus),
    "shuffled batches of 32, checks on, first pass": () => firstPass(folder, shuffled(rows)),
  };
  const floors = { "in order, checks off": 0.8, "shuffled batches of 32, checks off": 0.2 };
  const seconds = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++)
    for (const [name, run] of Object.entries(cases)) {
      const took = await run();
      if (round > 0) seconds[name].push(took);
    }
  await corpus.close();
  const results = Object.entries(seconds).map(([name, took]) => {
    const ratios = took.map((value, round) => seconds["raw fs.read"][round] / value);
    return {
      name,
      megabytesPerSecond: fileBytes / median(took) / 1e6,
      megatokensPerSecond: fileBytes / 2 / median(took) / 1e6,
      ratio: median(ratios),
      lowest: Math.min(...ratios),
      highest: Math.max(...ratios),
      ...(floors[name] && { floor: floors[name] }),
    };
  });
  const machine = { node: process.version, cpu: cpus()[0].model, rounds, fileBytes };
  if (options.json) console.log(JSON.stringify({ machine, results }, null, 2));
  else {
    console.log(
      `${(fileBytes / 1e6).toFixed(0)} MB, blocks of 8 MiB, L = ${seqLen}, ${rounds} rounds; ${machine.cpu}, Node ${machine.node}`,
    );
    for (const { name, megabytesPerSecond, megatokensPerSecond, ratio, lowest, highest, floor } of results)
      console.log(
        `${name.padEnd(46)} ${megabytesPerSecond.toFixed(0).padStart(6)} MB/s ${megatokensPerSecond.toFixed(0).padStart(5)} Mtok/s  ${ratio.toFixed(2)} of raw (${lowest.toFixed(2)} to ${highest.toFixed(2)})${floor ? `, wanted ${floor}` : ""}`,
      );
  }
} finally {
  await rm(folder, { recursive: true });
}
