/**
 * @file Our train step beside PyTorch's, eager and compiled: float32, no biases, each in a process of its own, stepped in turn.
 *
 *     pip install torch==2.15.0 numpy
 *     npm run bench -- training/torch --python PYTHON [--config 4,4,128,128,16,1024] [--engine JSON] [--rounds 21] [--threads 2]
 *
 * A configuration is layers, heads, width, context, batch, vocabulary; an engine is the pipeline's `engine` part. Printed are
 * milliseconds, and how many times as fast as each we are: the median over rounds, with quartiles and range.
 */
import { parseArgs } from "node:util";

import { spread } from "../rounds.js";
import { openStepChild } from "./step-child.js";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    config: { type: "string", multiple: true, default: ["4,4,128,128,16,1024", "6,8,256,256,8,4096"] },
    engine: { type: "string", default: "{}" },
    rounds: { type: "string", default: "21" },
    threads: { type: "string", default: "2" },
  },
});

for (const config of options.config) {
  const torch = (mode) => openStepChild(options.python, "torch_step.py", mode, config, options.threads);
  const engine = { threads: Number(options.threads), ...JSON.parse(options.engine) };
  const children = {
    eager: await torch("eager"),
    compiled: await torch("compiled"),
    ours: await openStepChild(process.execPath, "rival.js", config, JSON.stringify(engine)),
  };
  const times = Object.fromEntries(Object.keys(children).map((name) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round++) {
    const order = Object.entries(children);
    for (const [name, child] of round % 2 === 0 ? order : order.toReversed())
      times[name].push(await child.step());
  }
  console.log(config);
  for (const [name, child] of Object.entries(children)) {
    console.log(`  ${name}: ${spread(times[name])} ms, ${child.peakMiB()} MiB`);
    await child.close();
  }
  for (const name of ["eager", "compiled"]) {
    const ratios = times[name].map((ms, round) => ms / times.ours[round]);
    console.log(`  ours beside ${name}: ${spread(ratios, 2)} times as fast`);
  }
}
