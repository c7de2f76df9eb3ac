import { describe, expect, it } from "vitest";

import { Program } from "../../../src/tensor/program.ts";
import { openTfjsEngine } from "../../../src/tensor/tfjs/engine.ts";
import { loadTfjs } from "../../../src/tensor/tfjs/load.ts";
import { createWasmMemory } from "../../../src/training/web-assembly.ts";

const program = new Program();
const table = program.input("table", [3, 2]);
const index = program.input("index", [2], "int32");
const rows = program.gatherRows(table, index);
const outputs = { rows, total: program.sum(rows) };
const feeds = { table: Float32Array.of(1, 2, 3, 4, 5, 6), index: Int32Array.of(2, 0) };

describe.each(["cpu", "wasm"] as const)("TfjsExecutable on %s", async (backend) => {
  const engine = await openTfjsEngine({ backend });
  const executable = await engine.compile(program, outputs);
  const tfjs = loadTfjs(backend);

  it("gives every output, in fresh buffers where none are given", async () => {
    const first = await executable.run(feeds);
    const second = await executable.run({
      ...feeds,
      index: Int32Array.of(1, 1),
      unneeded: new Float32Array(9),
    });
    expect(first).toEqual({ rows: Float32Array.of(5, 6, 1, 2), total: Float32Array.of(14) });
    expect(second).toEqual({ rows: Float32Array.of(3, 4, 3, 4), total: Float32Array.of(14) });
  });

  it("writes into given buffers, views of a larger one included", async () => {
    const memory = createWasmMemory(256);
    const target = new Float32Array(memory.buffer, 64, 4);
    const results = await executable.run(feeds, { rows: target });
    expect(results["rows"]).toBe(target);
    expect([...new Float32Array(memory.buffer, 56, 8)]).toEqual([0, 0, 5, 6, 1, 2, 0, 0]);
  });

  it("reads feeds anew in every run: memory that changed in between", async () => {
    const memory = createWasmMemory(256);
    const changing = new Float32Array(memory.buffer, 64, 6);
    const total = async (): Promise<number> =>
      (await executable.run({ ...feeds, table: changing }))["total"]![0]!;
    changing.fill(1);
    const before = await total();
    changing.fill(2);
    expect([before, await total()]).toEqual([4, 8]);
  });

  it("may write over a feed: a sum that grows in place", async () => {
    const accumulating = new Program();
    const [sum, x] = [accumulating.input("sum", [2, 2]), accumulating.input("x", [3, 2])];
    const step = await engine.compile(accumulating, {
      next: accumulating.matmul(x, x, { transposeA: true }, sum),
    });
    const memory = new Float32Array(4);
    for (let i = 0; i < 3; i++)
      await step.run({ sum: memory, x: Float32Array.of(1, 0, 0, 1, 1, 1) }, { next: memory });
    expect([...memory]).toEqual([6, 3, 3, 6]);
  });

  it("never gives a feed's, a constant's or another output's own memory", async () => {
    const moving = new Program();
    const x = moving.input("x", [2]);
    const constant = moving.constant("c", [2], () => Float32Array.of(7, 8));
    const column = moving.reshape(moving.neg(x), [2, 1]);
    const step = await engine.compile(moving, {
      same: x,
      shaped: moving.reshape(x, [2, 1]),
      constant,
      column,
      flat: moving.reshape(column, [2]),
    });
    const feed = Float32Array.of(1, 2);
    const results = await step.run({ x: feed });
    for (const result of Object.values(results)) result.fill(0);
    expect([feed, await step.run({ x: feed })]).toEqual([
      Float32Array.of(1, 2),
      {
        same: Float32Array.of(1, 2),
        shaped: Float32Array.of(1, 2),
        constant: Float32Array.of(7, 8),
        column: Float32Array.of(-1, -2),
        flat: Float32Array.of(-1, -2),
      },
    ]);
  });

  it("refuses feeds and fetches that do not fit, naming them", async () => {
    await expect(executable.run({ table: feeds.table })).rejects.toThrow(
      `feed "index" must be Int32Array of [2], got nothing`,
    );
    await expect(executable.run(feeds, { total: new Float32Array(2) })).rejects.toThrow(
      `fetch "total" must be Float32Array of [], got Float32Array of 2`,
    );
  });

  it("keeps no tensor, nor after a kernel has failed", async () => {
    const breaking: typeof tfjs = {
      ...tfjs,
      engine: () => ({
        runKernel: (name, inputs, attributes) => {
          if (name === "Sum") throw new TypeError("no such luck\nhere");
          return tfjs.engine().runKernel(name, inputs, attributes);
        },
      }),
    };
    const broken = await openTfjsEngine({ backend, loadRuntime: () => breaking });
    const failing = await broken.compile(program, outputs);
    const before = tfjs.memory().numTensors;
    await expect(failing.run(feeds)).rejects.toMatchObject({
      code: "CW_ENGINE",
      message: "the runtime failed: no such luck",
    });
    for (let run = 0; run < 20; run++) await executable.run(feeds);
    expect(tfjs.memory().numTensors).toBe(before);
    await broken.close();
  });

  it("frees its constants on release, does not run afterwards, and may be released twice", async () => {
    const before = tfjs.memory().numTensors;
    const constant = new Program();
    const other = await engine.compile(constant, { y: constant.add(constant.input("x", []), 2) });
    expect(tfjs.memory().numTensors).toBe(before + 1);
    await other.release();
    await other.release();
    expect(tfjs.memory().numTensors).toBe(before);
    await expect(other.run({ x: Float32Array.of(1) })).rejects.toThrow("a released program cannot run");
  });
});
