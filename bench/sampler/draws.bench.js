/** @file Million rows, draws or slots a second of each part of the sampler, by size, beside what the machine does at best. Run after `npm run build`: node bench/sampler/draws.bench.js [--json] [--sizes 1e4,1e5,1e6,1e7] */
import { parseArgs } from "node:util";

import { casesOf } from "./cases.js";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    sizes: { type: "string", default: "1e4,1e5,1e6,1e7" },
  },
});
const sizes = options.sizes.split(",").map(Number);

/** Median over rounds, enough of them for half a second, after two that warm up. */
const medianMs = async (run) => {
  await run();
  await run();
  const times = [];
  for (let spent = 0; times.length < 3 || (spent < 500 && times.length < 99);) {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
    spent += times.at(-1);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
};

const figures = [];
for (const n of sizes)
  for (const { name, floor, work, run } of casesOf(n))
    figures.push({ name, floor, n, perSecond: work / (await medianMs(run)) / 1e-3 });

if (options.json) console.log(JSON.stringify({ node: process.version, unit: "items per second", figures }));
else {
  const names = [...new Set(figures.map(({ name }) => name))];
  console.table(
    Object.fromEntries(
      names.map((name) => [
        name,
        Object.fromEntries(
          figures
            .filter((figure) => figure.name === name)
            .map(({ n, perSecond }) => [`M/s at ${n.toExponential()}`, Number((perSecond / 1e6).toFixed(1))]),
        ),
      ]),
    ),
  );
}
