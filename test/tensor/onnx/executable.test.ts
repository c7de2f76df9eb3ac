import { afterAll, describe, expect, it } from "vitest";

import { openOnnxEngine } from "../../../src/tensor/onnx/engine.ts";
import { Program } from "../../../src/tensor/program.ts";

const engine = await openOnnxEngine({ backend: "cpu", threads: 1 });
afterAll(() => engine.close());

const program = new Program();
const table = program.input("table", [3, 2]);
const index = program.input("index", [2], "int32");
const rows = program.gatherRows(table, index);
const executable = await engine.compile(program, { rows, total: program.sum(rows) });
const feeds = { table: Float32Array.of(1, 2, 3, 4, 5, 6), index: Int32Array.of(2, 0) };

describe("OnnxExecutable", () => {
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
    const memory = new ArrayBuffer(128);
    const target = new Float32Array(memory, 64, 4);
    const results = await executable.run(feeds, { rows: target });
    expect(results["rows"]).toBe(target);
    expect([...new Float32Array(memory, 56, 8)]).toEqual([0, 0, 5, 6, 1, 2, 0, 0]);
  });

  it("may write over a feed: a sum that grows in place", async () => {
    const accumulating = new Program();
    const [sum, x] = [accumulating.input("sum", [2, 2]), accumulating.input("x", [3, 2])];
    const next = accumulating.matmul(x, x, { transposeA: true }, sum);
    const step = await engine.compile(accumulating, { next });
    const memory = new Float32Array(4);
    for (let i = 0; i < 3; i++)
      await step.run({ sum: memory, x: Float32Array.of(1, 0, 0, 1, 1, 1) }, { next: memory });
    expect([...memory]).toEqual([6, 3, 3, 6]);
  });

  it("refuses feeds and fetches that do not fit, naming them", async () => {
    const { table } = feeds;
    await expect(executable.run({ table })).rejects.toThrow(
      `feed "index" must be Int32Array of [2], got nothing`,
    );
    await expect(executable.run({ table, index: Int32Array.of(1) })).rejects.toThrow(
      `feed "index" must be Int32Array of [2], got Int32Array of 1`,
    );
    await expect(executable.run({ table, index: Float32Array.of(1, 2) })).rejects.toThrow(
      "got Float32Array of 2",
    );
    await expect(executable.run(feeds, { total: new Float32Array(2) })).rejects.toThrow(
      `fetch "total" must be Float32Array of [], got Float32Array of 2`,
    );
    const shared = new Float32Array(new SharedArrayBuffer(24));
    await expect(executable.run({ ...feeds, table: shared })).rejects.toMatchObject({
      message: `feed "table" must be in memory that is not shared, got Float32Array of 6`,
      hint: "the runtime refuses SharedArrayBuffer; use an ArrayBuffer or a WebAssembly.Memory",
    });
  });

  it("reports what the runtime says as an EngineError", async () => {
    await expect(executable.run({ ...feeds, index: Int32Array.of(0, 7) })).rejects.toMatchObject({
      code: "CW_ENGINE",
      message: expect.stringMatching(/^the runtime failed: .*indices element out of data bounds/),
    });
  });

  it("does not run once released, and may be released twice", async () => {
    const other = await engine.compile(program, { rows });
    await other.release();
    await other.release();
    await expect(other.run(feeds)).rejects.toThrow("a released program cannot run");
  });
});
