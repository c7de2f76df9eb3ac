/** @file Versions of what a run used, for its summary and `--version`. */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** This package's version, Node's, and that of the engine's package when it is installed. */
export const versions = (): Record<string, string> => {
  const own = require("../package.json") as { version: string };
  const found: Record<string, string> = { counterweight: own.version, node: process.versions.node };
  try {
    found["onnxruntime-node"] = (require("onnxruntime-node/package.json") as { version: string }).version;
  } catch {
    // Not installed, which is fine for a trainer of one's own.
  }
  return found;
};
