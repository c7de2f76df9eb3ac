import { describe, expect, it } from "vitest";

import { attention, type AttentionOptions } from "../../../src/tensor/composites/attention.ts";
import { gradients } from "../../../src/tensor/gradient.ts";
import { Program } from "../../../src/tensor/program.ts";
import { compositeChecks } from "../../support/composite-checks.ts";
import { interpret } from "../../support/float64-interpreter.ts";
import { hashed } from "../../support/hashed-gpt.ts";

const shape = [2, 12, 3, 4];
const names = ["query", "key", "value", "cotangent"];
const feeds = Object.fromEntries(names.map((name) => [name, hashed(name, 2 * 12 * 3 * 4)]));

/** Result and the gradients of query, key and value, all from primitives or by the definition. */
const compute = (options: AttentionOptions, given = feeds, expand = true): Record<string, Float64Array> => {
  const program = new Program();
  const inputs = names.slice(0, 3).map((name) => program.input(name, shape));
  const result = attention(program, inputs[0]!, inputs[1]!, inputs[2]!, options);
  const found = gradients(program, [[result, program.input("cotangent", shape)]], inputs);
  const outputs = Object.fromEntries(found.map((gradient, at) => [`gradient ${at}`, gradient]));
  return interpret(program, { result, ...outputs }, given, { expand });
};

/** A row's elements from the given position on, or up to it. */
const positions = (data: Float64Array, row: number, from: number, to: number): Float64Array =>
  data.subarray((row * 12 + from) * 12, (row * 12 + to) * 12);

describe("attention", () => {
  it.each(compositeChecks)("%s", async (_name, errorOf, bound) => {
    expect(await errorOf("attention")).toBeLessThan(bound);
  });

  it.each([2, 3, 4, 5, 7, 12])("of %d blocks is that of one, forward and backward", (blocks) => {
    const whole = compute({ scale: 3 });
    const cut = compute({ scale: 3, blocks });
    for (const [name, values] of Object.entries(whole)) {
      expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.1);
      for (const [at, value] of values.entries()) expect(cut[name]![at]!).toBeCloseTo(value, 12);
    }
  });

  it.each([1, 3])("of %d blocks sees no future: later keys and values change no earlier result", (blocks) => {
    const changed = { ...feeds, key: feeds["key"]!.slice(), value: feeds["value"]!.slice() };
    for (const row of [0, 1]) {
      positions(changed.key, row, 7, 12).fill(9);
      positions(changed.value, row, 7, 12).fill(-9);
    }
    for (const expand of [false, true]) {
      const before = compute({ scale: 0.7, blocks }, feeds, expand)["result"]!;
      const after = compute({ scale: 0.7, blocks }, changed, expand)["result"]!;
      for (const row of [0, 1]) {
        expect(positions(after, row, 0, 7)).toEqual(positions(before, row, 0, 7));
        expect(positions(after, row, 7, 12)).not.toEqual(positions(before, row, 7, 12));
      }
    }
  });

  it("keeps rows apart: another row's tokens change nothing", () => {
    const changed = Object.fromEntries(Object.entries(feeds).map(([name, data]) => [name, data.slice()]));
    for (const data of Object.values(changed)) positions(data, 1, 0, 12).fill(0.25);
    const [before, after] = [compute({ scale: 0.7 }), compute({ scale: 0.7 }, changed)];
    for (const [name, data] of Object.entries(before))
      expect(positions(after[name]!, 0, 0, 12)).toEqual(positions(data, 0, 0, 12));
  });

  it("refuses operands of other shapes, and more blocks than positions", () => {
    const program = new Program();
    const query = program.input("query", shape);
    const short = program.input("short", [2, 6, 3, 4]);
    expect(() => attention(program, query, short, query, { scale: 1 })).toThrow(
      "attention's shapes must be equal and [B, T, H, E], got [2, 12, 3, 4], [2, 6, 3, 4], [2, 12, 3, 4]",
    );
    for (const blocks of [0, 1.5, 13])
      expect(() => attention(program, query, query, query, { scale: 1, blocks })).toThrow(
        `attention's blocks must be an integer from 1 to T = 12, got ${blocks}`,
      );
  });
});
