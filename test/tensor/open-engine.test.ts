import { describe, expect, it } from "vitest";

import { type EngineOptions, openEngine } from "../../src/tensor/open-engine.ts";
import { Program } from "../../src/tensor/program.ts";

const choices: [EngineOptions, string][] = [
  [{ kind: "onnx", backend: "cpu", threads: 1 }, "onnx cpu, 1 thread"],
  [{ kind: "tfjs", backend: "wasm" }, "tfjs wasm"],
  [{ kind: "tfjs", backend: "cpu" }, "tfjs cpu"],
];

describe("openEngine", () => {
  it.each(choices)("opens %o, and it computes", async (options, name) => {
    const engine = await openEngine(options);
    const program = new Program();
    const executable = await engine.compile(program, { y: program.mul(program.input("x", [2]), 3) });
    expect(await executable.run({ x: Float32Array.of(1, -2) })).toEqual({ y: Float32Array.of(3, -6) });
    expect(engine.name).toBe(name);
    await engine.close();
  });
});
