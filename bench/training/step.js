/**
 * @file Our whole train step against the prototype's: two processes, stepped in turn, so that other load falls on both alike.
 *
 *     node bench/training/step.js --against DIR [--config 4,4,128,128,16,1024] [--engine JSON] [--rounds 30] [--json]
 *
 * DIR holds the prototype with its two packages (npm i onnxruntime-node@1.30.0 onnx-proto --ignore-scripts).
 * A configuration is layers, heads, width, context, batch, vocabulary; an engine is the pipeline's `engine` part.
 * The ratio is the prototype's time over ours, the median over rounds (and its quartiles): 1.1 means that we are 10 % faster.
 */
import { parseArgs } from "node:util";

import { openStepChild } from "./step-child.js";

const { values: options } = parseArgs({
  options: {
    against: { type: "string" },
    config: { type: "string", multiple: true, default: ["4,4,128,128,16,1024", "6,8,256,256,8,4096"] },
    engine: { type: "string", default: "{}" },
    rounds: { type: "string", default: "30" },
    threads: { type: "string", default: "2" },
    json: { type: "boolean", default: false },
  },
});
/** Values below which a quarter, half and three quarters lie. */
const quartiles = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.25, 0.5, 0.75].map((part) => sorted[Math.floor(part * sorted.length)]);
};
const shown = (values, digits) => {
  const [low, middle, high] = quartiles(values).map((value) => value.toFixed(digits));
  return `${middle} (${low}-${high})`;
};

const compare = async (config) => {
  const engine = {
    ...(options.engine === "{}" && { threads: Number(options.threads) }),
    ...JSON.parse(options.engine),
  };
  const ours = await openStepChild(process.execPath, "trainer-step.js", config, JSON.stringify(engine));
  const prototype =
    options.against === undefined
      ? undefined
      : await openStepChild(process.execPath, "prototype-step.js", options.against, config, options.threads);
  const times = { ours: [], prototype: [] };
  for (let round = 0; round < Number(options.rounds); round++) {
    const inTurn = round % 2 === 0 ? ["ours", "prototype"] : ["prototype", "ours"];
    for (const who of inTurn) {
      const child = who === "ours" ? ours : prototype;
      if (child) times[who].push(await child.step());
    }
  }
  await ours.close();
  await prototype?.close();
  return { config, engine, ...times, ratios: times.prototype.map((ms, round) => ms / times.ours[round]) };
};

for (const config of options.config) {
  const result = await compare(config);
  const [, , , seqLen, size] = config.split(",").map(Number);
  const perSecond = Math.round((seqLen * size * 1000) / quartiles(result.ours)[1]);
  const versus =
    result.ratios.length === 0
      ? ""
      : `; prototype ${shown(result.prototype, 1)} ms, ratio ${shown(result.ratios, 3)}`;
  console.log(
    options.json
      ? JSON.stringify(result)
      : `${config}: ${shown(result.ours, 1)} ms a step, ${perSecond} tokens/s${versus}`,
  );
}
