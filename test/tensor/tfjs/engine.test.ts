import { describe, expect, it } from "vitest";

import { Program } from "../../../src/tensor/program.ts";
import { openTfjsEngine } from "../../../src/tensor/tfjs/engine.ts";
import { loadTfjs } from "../../../src/tensor/tfjs/load.ts";
import type { Tfjs } from "../../../src/tensor/tfjs/runtime.ts";
import { interpret } from "../../support/float64-interpreter.ts";
import { miniGpt, miniGptFeeds } from "../../support/mini-gpt.ts";
import { compositeCases } from "../../support/tensor-cases.ts";
import { relativeError } from "../../support/tensor-checks.ts";
import { tfjsError } from "../../support/tfjs-checks.ts";

describe.each(["cpu", "wasm"] as const)("openTfjsEngine on %s", (backend) => {
  it.each(Object.keys(compositeCases))(
    "%s and its gradient agree with the float64 interpreter",
    async (name) => {
      expect(await tfjsError(name, backend)).toBeLessThan(3e-6);
    },
  );

  it("trains a small GPT as the float64 interpreter does, again and again to the bit, without a tensor left", async () => {
    const sizes = { L: 2, H: 2, D: 8, T: 6, B: 3, V: 11 };
    const feeds = miniGptFeeds(sizes, 4);
    const { program, outputs } = miniGpt(sizes);
    const engine = await openTfjsEngine({ backend });
    const tfjs = loadTfjs(backend);
    const before = tfjs.memory().numTensors;
    const executable = await engine.compile(program, outputs);
    const kept = tfjs.memory().numTensors;
    const first = await executable.run(feeds);
    const expected = interpret(program, outputs, feeds);
    const errors = Object.entries(expected).map(([name, tensor]) => relativeError(first[name], tensor, 0));
    expect(Math.max(...errors)).toBeLessThan(1e-4);
    for (let run = 0; run < 10; run++) expect(await executable.run(feeds)).toEqual(first);
    expect(tfjs.memory().numTensors).toBe(kept);
    await engine.close();
    expect(tfjs.memory().numTensors).toBe(before);
  });

  it("shares a thread with an engine of the other backend", async () => {
    const program = new Program();
    const outputs = { y: program.add(program.input("x", [2]), program.operand(1)) };
    const [own, other] = [
      await openTfjsEngine({ backend }),
      await openTfjsEngine({ backend: backend === "cpu" ? "wasm" : "cpu" }),
    ];
    const executables = [await own.compile(program, outputs), await other.compile(program, outputs)];
    const x = Float32Array.of(1, 2);
    const results = await Promise.all(
      [...executables, ...executables].map((executable) => executable.run({ x })),
    );
    expect(results).toEqual(Array.from({ length: 4 }, () => ({ y: Float32Array.of(2, 3) })));
    for (const engine of [own, other]) await engine.close();
  });
});

describe("openTfjsEngine", () => {
  const real = loadTfjs("cpu");
  const openWith = (changes: Partial<Tfjs>) =>
    openTfjsEngine({ backend: "tensorflow", loadRuntime: () => ({ ...real, ...changes }) });
  /** TensorFlow, as far as names go. */
  const posing = {
    getBackend: () => "tensorflow",
    setBackend: async () => true,
    getKernel: (name: string) => real.getKernel(name, "cpu"),
    backend: () => ({ binding: { TF_Version: "2.21.0" }, isUsingGpuDevice: true }),
  };

  it("names TensorFlow's version and device", async () => {
    expect((await openWith(posing)).name).toBe("tfjs tensorflow 2.21.0, gpu");
    expect((await openWith({ ...posing, backend: () => ({}) })).name).toBe(
      "tfjs tensorflow of unknown version",
    );
  });

  it("refuses a backend that does not start", async () => {
    await expect(
      openTfjsEngine({
        backend: "cpu",
        loadRuntime: () => ({ ...real, setBackend: async () => false }),
      }),
    ).rejects.toThrow("backend cpu does not start");
  });

  it("refuses one that fails at once or computes something else", async () => {
    const failing = (): never => {
      throw new TypeError("(0 , util_1.isNullOrUndefined) is not a function");
    };
    await expect(openWith({ ...posing, engine: () => ({ runKernel: failing }) })).rejects.toMatchObject({
      message: "backend tensorflow does not work: (0 , util_1.isNullOrUndefined) is not a function",
      hint: "run: npx counterweight engines install tensorflow",
    });
    const astray = { dataSync: () => Float32Array.of(7, 10, 15, 23), dispose: () => undefined };
    await expect(openWith({ ...posing, engine: () => ({ runKernel: () => astray }) })).rejects.toThrow(
      "backend tensorflow's 3·2 + 4·4 must be 22, got 23",
    );
  });

  it("refuses a program that needs a kernel the backend lacks, before it runs", async () => {
    const engine = await openWith({
      ...posing,
      getKernel: (name) => (name === "Tile" ? undefined : real.getKernel(name, "cpu")),
    });
    const program = new Program();
    await expect(
      engine.compile(program, { y: program.expand(program.input("x", [1]), [3]) }),
    ).rejects.toMatchObject({
      message: "backend tensorflow has no kernel Tile, which expand needs (expand)",
      hint: "run: npx counterweight engines install tensorflow; or choose another engine.backend",
    });
  });

  it("refuses outputs with an input's name", async () => {
    const engine = await openTfjsEngine({ backend: "cpu" });
    const program = new Program();
    await expect(engine.compile(program, { x: program.exp(program.input("x", [1])) })).rejects.toThrow(
      `an output's name must be different from every input's, got "x"`,
    );
  });
});
