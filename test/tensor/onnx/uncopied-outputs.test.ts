import { describe, expect, it } from "vitest";

import { openOnnxEngine } from "../../../src/tensor/onnx/engine.ts";
import {
  loadOnnxRuntime,
  type OnnxRuntime,
  type OnnxSession,
  type OnnxTensor,
} from "../../../src/tensor/onnx/runtime.ts";
import { BARRIER, barrierWorks, isRefusal, withBarrier } from "../../../src/tensor/onnx/uncopied-outputs.ts";
import { Program } from "../../../src/tensor/program.ts";

const real = await loadOnnxRuntime();
type Run = OnnxSession["run"];

/** The installed runtime, with sessions that `change` has had its hands on. */
const runtimeWith = (change: (run: Run) => Run): OnnxRuntime => ({
  Tensor: real.Tensor,
  env: real.env,
  listSupportedBackends: () => real.listSupportedBackends(),
  InferenceSession: {
    create: async (model, options) => {
      const session = await real.InferenceSession.create(model, options);
      return { run: change(session.run.bind(session)), release: () => session.release() };
    },
  },
});
const refusing = async (): Promise<never> => {
  throw new Error("Non tensor type is temporarily not supported.");
};

describe("the barrier", () => {
  it("works in the installed runtime", async () => {
    expect(await barrierWorks(real)).toBe(true);
  });

  it("does not, where a runtime refuses without writing, with other words, later, or not at all", async () => {
    expect(await barrierWorks(runtimeWith(() => refusing))).toBe(false);
    const other: (run: Run) => Run = (run) => async (feeds, fetches) =>
      run(feeds, fetches).catch(() => {
        throw new Error("Sequences are not supported.");
      });
    expect(await barrierWorks(runtimeWith(other))).toBe(false);
    const partly: (run: Run) => Run = (run) => async (feeds, fetches) => {
      const target: OnnxTensor = new real.Tensor("float32", new Float32Array(3), [3]);
      return run(feeds, { ...fetches, less: target });
    };
    expect(await barrierWorks(runtimeWith(partly))).toBe(false);
    expect(await barrierWorks(runtimeWith(() => async () => ({})))).toBe(false);
    const none: OnnxRuntime = {
      ...runtimeWith((run) => run),
      InferenceSession: { create: refusing },
    };
    expect(await barrierWorks(none)).toBe(false);
  });

  it("knows its refusal from any other failure", () => {
    expect(isRefusal(new Error("Non tensor type is temporarily not supported."))).toBe(true);
    expect(isRefusal(new Error("out of memory"))).toBe(false);
    expect(isRefusal(undefined)).toBe(false);
  });

  it("stands before the outputs, over the smallest of them, and not in a model without any", () => {
    const port = (name: string, shape: number[]) => ({ name, type: "float32", shape }) as const;
    const model = { nodes: [], initializers: [], inputs: [], outputs: [port("a", [4]), port("b", [])] };
    const { nodes, barrier, outputs } = withBarrier(model);
    expect(barrier).toEqual({ name: BARRIER, type: "float32" });
    expect(nodes).toEqual([
      { type: "SequenceConstruct", domain: "", inputs: ["b"], outputs: [BARRIER], attributes: {} },
    ]);
    expect(outputs).toBe(model.outputs);
    expect(withBarrier({ ...model, outputs: [] })).toEqual({ ...model, outputs: [] });
  });
});

describe("an engine on it", () => {
  const program = new Program();
  const x = program.input("x", [2, 2]);
  const index = program.input("index", [2], "int32");
  const outputs = {
    product: program.matmul(x, x),
    total: program.sum(x),
    same: program.stop(index),
    again: program.reshape(index, [2, 1]),
  };
  const feeds = { x: Float32Array.of(1, 2, 3, 4), index: Int32Array.of(5, 6) };

  it("gives what one without it gives", async () => {
    const seen: string[][] = [];
    const spied = runtimeWith((run) => (given, fetches) => {
      seen.push(Object.keys(fetches));
      return run(given, fetches);
    });
    let opened = 0;
    const copying: OnnxRuntime = {
      ...spied,
      InferenceSession: {
        create: async (model, options) =>
          opened++ === 0 ? refusing() : spied.InferenceSession.create(model, options),
      },
    };
    const results = [];
    for (const runtime of [spied, copying]) {
      const engine = await openOnnxEngine({ backend: "cpu", threads: 1, loadRuntime: async () => runtime });
      const total = new Float32Array(1);
      const found = await (await engine.compile(program, outputs)).run(feeds, { total });
      expect(found["total"]).toBe(total);
      results.push(found);
      await engine.close();
    }
    expect(seen.map((names) => names[0])).toEqual([BARRIER, BARRIER, "product"]);
    expect(results[0]).toEqual({
      product: Float32Array.of(7, 10, 15, 22),
      total: Float32Array.of(10),
      same: Int32Array.of(5, 6),
      again: Int32Array.of(5, 6),
    });
    expect(results[1]).toEqual(results[0]);
  });

  it("still reports what fails", async () => {
    const failing = runtimeWith((run) => async (given, fetches) => {
      if ("product" in fetches) throw new Error("out of memory\nat malloc");
      return run(given, fetches);
    });
    const engine = await openOnnxEngine({ backend: "cpu", threads: 1, loadRuntime: async () => failing });
    const executable = await engine.compile(program, outputs);
    await expect(executable.run(feeds)).rejects.toThrow("the runtime failed: out of memory");
    await engine.close();
  });
});
