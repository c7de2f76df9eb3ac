/** @file A worker thread that serves a small session, or fails as its data say; for worker-link.test.ts. */
import { parentPort, workerData } from "node:worker_threads";

import { EngineError } from "../../dist/errors.js";
import { serveCalls } from "../../dist/training/worker-link.js";

const order = [];
const session = {
  async add(left, right) {
    return left + right;
  },
  async double(values) {
    return values.map((value) => 2 * value);
  },
  async slow(name, ms) {
    order.push(`${name} starts`);
    await new Promise((resolve) => setTimeout(resolve, ms));
    order.push(`${name} ends`);
    return order;
  },
  async fail() {
    throw new EngineError("numbers must be numbers, got none", { hint: "try others", step: 7 });
  },
  async breakDown() {
    return undefined.missing;
  },
  async hang() {
    return new Promise(() => setInterval(() => {}, 1000));
  },
  async exit() {
    process.exit(3);
  },
  async crash() {
    setImmediate(() => {
      throw new TypeError("outside of any call");
    });
    return new Promise(() => {});
  },
};

const open =
  workerData === "refuse"
    ? Promise.reject(new EngineError("the session must open, got no engine", { hint: "install one" }))
    : Promise.resolve(session);
serveCalls(parentPort, open);
