import { describe, expect, it } from "vitest";

import { attention } from "../../../src/tensor/composites/attention.ts";
import { blockAttention } from "../../../src/tensor/composites/block-attention.ts";
import { gradients } from "../../../src/tensor/gradient.ts";
import { Program } from "../../../src/tensor/program.ts";
import type { Value } from "../../../src/tensor/value.ts";
import { compositeChecks } from "../../support/composite-checks.ts";
import { interpret } from "../../support/float64-interpreter.ts";
import { hashed } from "../../support/hashed-gpt.ts";

const shape = [12, 2, 3, 4];
const names = ["query", "key", "value", "cotangent"];
const feeds = Object.fromEntries(names.map((name) => [name, hashed(name, 12 * 2 * 3 * 4)]));
type Attend = (program: Program, query: Value, key: Value, value: Value) => Value;

/** Result and the gradients of query, key and value, all from primitives. */
const compute = (attend: Attend, given = feeds): Record<string, Float64Array> => {
  const program = new Program();
  const inputs = names.slice(0, 3).map((name) => program.input(name, shape));
  const result = attend(program, inputs[0]!, inputs[1]!, inputs[2]!);
  const found = gradients(program, [[result, program.input("cotangent", shape)]], inputs);
  const outputs = Object.fromEntries(found.map((gradient, at) => [`gradient ${at}`, gradient]));
  return interpret(program, { result, ...outputs }, given, { expand: true });
};

describe("attention by blocks", () => {
  it.each(compositeChecks)("%s", async (_name, errorOf, bound) => {
    expect(await errorOf("blockAttention")).toBeLessThan(bound);
  });

  it.each([1, 2, 3, 4, 5, 7, 12])("of %d blocks is attention, forward and backward", (blocks) => {
    const whole = compute((program, q, k, v) => attention(program, q, k, v, { scale: 3 }));
    const cut = compute((program, q, k, v) => blockAttention(program, q, k, v, { scale: 3, blocks }));
    for (const [name, values] of Object.entries(whole)) {
      expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.1);
      for (const [at, value] of values.entries()) expect(cut[name]![at]!).toBeCloseTo(value, 12);
    }
  });

  it("sees no future: later keys and values change no earlier result", () => {
    const attend: Attend = (program, q, k, v) => blockAttention(program, q, k, v, { scale: 0.7, blocks: 3 });
    const { result } = compute(attend);
    const later = 7 * 24;
    const changed = { ...feeds, key: feeds["key"]!.slice(), value: feeds["value"]!.slice() };
    changed.key.fill(9, later);
    changed.value.fill(-9, later);
    const { result: other } = compute(attend, changed);
    expect(other!.slice(0, later)).toEqual(result!.slice(0, later));
    expect(other!.slice(later)).not.toEqual(result!.slice(later));
  });

  it("refuses operands of other shapes, and more blocks than positions", () => {
    const program = new Program();
    const query = program.input("query", shape);
    const short = program.input("short", [6, 2, 3, 4]);
    expect(() => blockAttention(program, query, short, query, { scale: 1, blocks: 2 })).toThrow(
      "blockAttention's shapes must be equal and [T, B, H, E], got [12, 2, 3, 4], [6, 2, 3, 4], [12, 2, 3, 4]",
    );
    for (const blocks of [0, 1.5, 13])
      expect(() => blockAttention(program, query, query, query, { scale: 1, blocks })).toThrow(
        `blockAttention's blocks must be an integer from 1 to T = 12, got ${blocks}`,
      );
  });
});
