import { describe, expect, it } from "vitest";

import type { Tensors } from "../../../src/tensor/engine.ts";
import { openOnnxEngine } from "../../../src/tensor/onnx/engine.ts";
import { loadOnnxRuntime, type OnnxRuntime } from "../../../src/tensor/onnx/runtime.ts";
import { Program } from "../../../src/tensor/program.ts";
import { interpret } from "../../support/float64-interpreter.ts";
import { firstBenchSizes, miniGpt, miniGptFeeds, type MiniGptSizes } from "../../support/mini-gpt.ts";
import { relativeError } from "../../support/tensor-checks.ts";

const runMiniGpt = async (
  sizes: MiniGptSizes,
  feeds: Tensors,
  threads: number,
  runs = 1,
): Promise<Tensors[]> => {
  const engine = await openOnnxEngine({ backend: "cpu", threads });
  const { program, outputs } = miniGpt(sizes);
  const executable = await engine.compile(program, outputs);
  const results: Tensors[] = [];
  for (let run = 0; run < runs; run++) results.push(await executable.run(feeds));
  await engine.close();
  return results;
};

const bitsOf = (tensors: Tensors): string[] =>
  Object.entries(tensors).map(([name, { buffer }]) => `${name} ${Buffer.from(buffer).toString("base64")}`);

const refuse = async (): Promise<never> => {
  throw new RangeError("no kernel for Foo\nstack");
};

describe("openOnnxEngine", () => {
  it("trains a small GPT as the float64 interpreter does, with repeated tokens", async () => {
    const sizes = { L: 2, H: 2, D: 8, T: 6, B: 3, V: 11 };
    const feeds = miniGptFeeds(sizes, 4);
    const [actual] = await runMiniGpt(sizes, feeds, 2);
    const { program, outputs } = miniGpt(sizes);
    const expected = interpret(program, outputs, feeds);
    const errors = Object.entries(expected).map(([name, tensor]) => relativeError(actual![name], tensor, 0));
    expect(Math.max(...errors)).toBeLessThan(1e-4);
  });

  it("repeats bit for bit: over runs, over sessions, at 1 thread and 2", async () => {
    const sizes = firstBenchSizes;
    const feeds = miniGptFeeds(sizes, 100);
    const [first, again] = await runMiniGpt(sizes, feeds, 2, 2);
    const [single] = await runMiniGpt(sizes, feeds, 1);
    expect(bitsOf(again!)).toEqual(bitsOf(first!));
    expect(bitsOf(single!)).toEqual(bitsOf(first!));
  });

  it("opens sessions that share the machine and need little memory", async () => {
    const real = await loadOnnxRuntime();
    const seen: unknown[] = [];
    const spying: OnnxRuntime = {
      Tensor: real.Tensor,
      env: real.env,
      listSupportedBackends: () => real.listSupportedBackends(),
      InferenceSession: {
        create: async (model, options) => {
          seen.push(options);
          return real.InferenceSession.create(model, options);
        },
      },
    };
    const engine = await openOnnxEngine({ backend: "cpu", threads: 3, loadRuntime: async () => spying });
    const program = new Program();
    await engine.compile(program, { y: program.exp(program.input("x", [2])) });
    await engine.close();
    expect(seen.slice(1)).toEqual([
      expect.objectContaining({
        executionProviders: ["cpu"],
        intraOpNumThreads: 3,
        enableMemPattern: false,
        extra: {
          session: { intra_op: { allow_spinning: "1", spin_duration_us: "200" }, force_spinning_stop: "1" },
        },
      }),
    ]);
  });

  it("says what it is", async () => {
    const names = await Promise.all(
      [1, 2].map(async (threads) => (await openOnnxEngine({ backend: "cpu", threads })).name),
    );
    expect(names).toEqual(["onnx cpu, 1 thread", "onnx cpu, 2 threads"]);
  });

  it("releases everything on close", async () => {
    const engine = await openOnnxEngine({ backend: "cpu", threads: 1 });
    const program = new Program();
    const executable = await engine.compile(program, { y: program.exp(program.input("x", [1])) });
    await engine.close();
    await expect(executable.run({ x: Float32Array.of(0) })).rejects.toThrow("a released program cannot run");
  });

  it("refuses impossible threads, absent backends and what the runtime refuses", async () => {
    await expect(openOnnxEngine({ backend: "cpu", threads: 0 })).rejects.toThrow(
      "engine threads must be an integer from 1, got 0",
    );
    const real = await loadOnnxRuntime();
    const poor: OnnxRuntime = {
      Tensor: real.Tensor,
      env: real.env,
      listSupportedBackends: () => [{ name: "cpu" }],
      InferenceSession: { create: refuse },
    };
    const loadRuntime = async (): Promise<OnnxRuntime> => poor;
    await expect(openOnnxEngine({ backend: "webgpu", threads: 1, loadRuntime })).rejects.toMatchObject({
      message: `engine backend must be one of cpu, got "webgpu"`,
      hint: "the installed onnxruntime-node was built without it for this platform",
    });
    const program = new Program();
    const engine = await openOnnxEngine({ backend: "cpu", threads: 1, loadRuntime });
    await expect(engine.compile(program, { y: program.operand(1) })).rejects.toMatchObject({
      message: "the runtime refused the program: no kernel for Foo",
      hint: undefined,
    });
    const capable = { ...poor, listSupportedBackends: () => [{ name: "webgpu" }] };
    const gpu = await openOnnxEngine({ backend: "webgpu", threads: 1, loadRuntime: async () => capable });
    expect(gpu.name).toBe("onnx webgpu");
    await expect(gpu.compile(program, { y: program.operand(1) })).rejects.toMatchObject({
      hint: "webgpu needs a GPU and its Vulkan, Metal or Direct3D driver",
    });
  });
});
