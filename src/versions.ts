/** @file Versions of what a run used, for its summary and `--version`. */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

const versionOf = (packageJson: string): string | undefined => {
  try {
    const found: unknown = require(packageJson);
    return typeof found === "object" && found !== null ? String(Reflect.get(found, "version")) : undefined;
  } catch {
    return undefined;
  }
};

/** This package's version, Node's, and that of the engine's package where it is installed. */
export const versions = (): { counterweight: string; node: string; "onnxruntime-node"?: string } => {
  const engine = versionOf("onnxruntime-node/package.json");
  return {
    counterweight: versionOf("../package.json") ?? "unknown",
    node: process.versions.node,
    ...(engine !== undefined && { "onnxruntime-node": engine }),
  };
};
