/** @file Every engine and backend that a configuration can name. */
import { availableParallelism } from "node:os";

import type { EngineOptions } from "../../tensor/open-engine.ts";

/** An engine that may or may not be on this machine. */
export interface Candidate {
  /** As its configuration says: kind and backend. */
  readonly name: string;
  readonly options: EngineOptions;
}

/** The fastest first, as measured without a GPU; each takes every core that it can use. */
export const candidates = (): readonly Candidate[] => {
  const all: readonly EngineOptions[] = [
    { kind: "onnx", backend: "cpu", threads: availableParallelism() },
    { kind: "onnx", backend: "webgpu", threads: 1 },
    { kind: "tfjs", backend: "tensorflow" },
    { kind: "tfjs", backend: "wasm" },
    { kind: "tfjs", backend: "cpu" },
  ];
  return all.map((options) => ({ name: `${options.kind} ${options.backend}`, options }));
};
