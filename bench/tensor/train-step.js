/** @file Milliseconds of one training graph on the onnx engine; `--against DIR` interleaves it with the prototype in DIR.
 * Usage: node bench/tensor/train-step.js [--against DIR] [--threads 2] [--rounds 12] [--sizes 4,4,128,128,16,1024;6,8,256,256,8,4096] */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { attention } from "../../dist/tensor/composites/attention.js";
import { gelu } from "../../dist/tensor/composites/gelu.js";
import { layerNorm } from "../../dist/tensor/composites/layer-norm.js";
import { linearCrossEntropy } from "../../dist/tensor/composites/linear-cross-entropy.js";
import { gradients } from "../../dist/tensor/gradient.js";
import { openOnnxEngine } from "../../dist/tensor/onnx/engine.js";
import { Program } from "../../dist/tensor/program.js";
import { buildMiniGpt, parametersOf } from "./mini-gpt.js";

const { values: options } = parseArgs({
  options: {
    against: { type: "string" },
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "12" },
    sizes: { type: "string", default: "4,4,128,128,16,1024;6,8,256,256,8,4096" },
  },
});
const threads = Number(options.threads);

/** The same tokens, parameters and buffers for both. */
const dataOf = (sizes) => {
  let state = 1;
  const random = () => (state = Math.imul(state, 48271) >>> 0) / 2 ** 32;
  const feeds = {};
  const fetches = {};
  for (const [name, shape] of parametersOf(sizes)) {
    const length = shape.reduce((a, b) => a * b, 1);
    const centre = name.endsWith(".g") ? 1 : 0;
    feeds[name] = Float32Array.from({ length }, () => centre + 0.02 * (random() - 0.5) * 3);
    fetches[`g.${name}`] = new Float32Array(length);
  }
  const tokens = () => Int32Array.from({ length: sizes.T * sizes.B }, () => Math.floor(random() * sizes.V));
  return { feeds: { ...feeds, tokens: tokens(), targets: tokens(), r: Float32Array.of(1) }, fetches };
};

const openOurs = async (sizes, { feeds, fetches }) => {
  const engine = await openOnnxEngine({ backend: "cpu", threads });
  const { program, outputs } = buildMiniGpt(
    { Program, gradients, attention, gelu, layerNorm, linearCrossEntropy },
    sizes,
  );
  const executable = await engine.compile(program, outputs);
  return { run: () => executable.run(feeds, fetches), close: () => engine.close() };
};

/** Tokens [B, T] in the prototype's order, [T, B]. */
const timeMajor = (tokens, { T, B }) =>
  Int32Array.from({ length: T * B }, (_, at) => tokens[(at % B) * T + Math.floor(at / B)]);

const openPrototype = async (folder, sizes, { feeds, fetches }) => {
  const at = (file) => import(pathToFileURL(resolve(folder, file)).href);
  const { makeSession, ort } = await at("engine.mjs");
  const { s: session, g } = await makeSession(sizes, {
    threads,
    sess: { enableMemPattern: false, extra: { session: { intra_op: { allow_spinning: "0" } } } },
  });
  const shapeOf = (name) => g.out[name]?.shape ?? g.p.inputs.find((value) => value.attrs.name === name).shape;
  const tensor = (name, data) =>
    data instanceof Int32Array
      ? new ort.Tensor("int32", timeMajor(data, sizes), shapeOf(name))
      : new ort.Tensor("float32", data, shapeOf(name));
  const given = Object.fromEntries(Object.entries(feeds).map(([name, data]) => [name, tensor(name, data)]));
  const wanted = Object.fromEntries(
    Object.keys(g.out).map((name) => [name, fetches[name] ? tensor(name, fetches[name]) : null]),
  );
  const run = async () => {
    const results = await session.run(given, wanted);
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data]));
  };
  return { run, close: () => session.release() };
};

const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];

for (const text of options.sizes.split(";")) {
  const [L, H, D, T, B, V] = text.split(",").map(Number);
  const sizes = { L, H, D, T, B, V };
  const data = dataOf(sizes);
  const contenders = { ours: await openOurs(sizes, data) };
  if (options.against) contenders.prototype = await openPrototype(options.against, sizes, dataOf(sizes));
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  const cpuTimes = structuredClone(times);
  const losses = {};
  for (let round = -1; round < Number(options.rounds); round++) {
    const order = Object.keys(contenders);
    for (const name of round % 2 === 0 ? order : order.toReversed()) {
      const repeats = round < 0 ? 2 : 5;
      for (let i = 0; i < repeats; i++) {
        const start = performance.now();
        const usage = process.cpuUsage();
        losses[name] = (await contenders[name].run()).loss[0];
        const { user, system } = process.cpuUsage(usage);
        if (round < 0) continue;
        times[name].push(performance.now() - start);
        cpuTimes[name].push((user + system) / 1000);
      }
    }
  }
  const row = Object.fromEntries(
    Object.keys(contenders).flatMap((name) => [
      [`${name} ms`, median(times[name]).toFixed(1)],
      [`${name} best`, Math.min(...times[name]).toFixed(1)],
      [`${name} cpu ms`, median(cpuTimes[name]).toFixed(1)],
    ]),
  );
  if (options.against) {
    row.ratio = (median(times.prototype) / median(times.ours)).toFixed(3);
    row["cpu ratio"] = (median(cpuTimes.prototype) / median(cpuTimes.ours)).toFixed(3);
    row["losses differ by"] = Math.abs(losses.ours - losses.prototype);
  }
  console.log(`layers, heads, width, context, batch, vocabulary ${text}; ${threads} threads`);
  console.table([row]);
  for (const { close } of Object.values(contenders)) await close();
}
