/**
 * @file The prototype's train step as a child process: prints `ready`, then milliseconds for every line on stdin.
 * Usage: node prototype-step.js DIR layers,heads,width,context,batch,vocabulary THREADS
 */
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [, , folder, config, threads] = process.argv;
const [L, H, D, T, B, V] = config.split(",").map(Number);
const load = (name) => import(pathToFileURL(resolve(folder, name)).href);
const { Arena, initParams, makeSession, ort, rng } = await load("engine.mjs");
const { hyper, makeAdamwWasm } = await load("adamw.mjs");

const { s: session, g: graph } = await makeSession(
  { L, H, D, T, B, V, bias: true },
  {
    threads: Number(threads),
    blocks: T >= 256 ? 2 : 1, // its best settings, by its own measurements
    sess: { enableMemPattern: false, extra: { session: { intra_op: { allow_spinning: "0" } } } },
  },
);
const arena = new Arena(graph.params);
initParams(arena, graph.params);
const adamw = makeAdamwWasm(arena.mem);
const names = graph.params.map(([name]) => name);
const gradients = Object.fromEntries(names.map((name) => [`g.${name}`, arena.tensor("g", name)]));
const fetches = { losses: null, weights: null, gnorm: null, ...gradients };
const parameters = Object.fromEntries(names.map((name) => [name, arena.tensor("p", name)]));
const random = rng(1);
const int32 = (data) => new ort.Tensor("int32", data, [T, B]);

let steps = 0;
const step = async () => {
  const rows = Int32Array.from({ length: T * B }, () => Math.floor(random() * V));
  const started = performance.now();
  const feeds = {
    tokens: int32(rows),
    targets: int32(rows.slice()),
    r: new ort.Tensor("float32", [0.4], []),
  };
  const { gnorm } = await session.run({ ...parameters, ...feeds }, fetches);
  const scale = Math.min(1, 1 / (gnorm.data[0] + 1e-6));
  const h = hyper({ t: ++steps, sc: scale });
  for (const name of names) {
    const [start, length, shape] = arena.off[name];
    const at = (kind) => arena.base[kind] + 4 * start;
    const end = at("p") + 4 * Math.ceil(length / 16) * 16;
    const decay = shape.length > 1 ? h.decay : 1;
    adamw(
      at("p"),
      at("g"),
      at("m"),
      at("v"),
      end,
      h.b1,
      1 - h.b1,
      h.b2,
      1 - h.b2,
      h.lrc,
      h.isbc2,
      h.eps,
      decay,
      h.sc,
    );
  }
  return performance.now() - started;
};

for (let warmUp = 0; warmUp < 3; warmUp++) await step();
console.log("ready");
for await (const _ of createInterface({ input: process.stdin })) console.log((await step()).toFixed(3));
