import { afterAll, describe, expect, it } from "vitest";

import { attention } from "../../src/tensor/composites/attention.ts";
import type { Tensors } from "../../src/tensor/engine.ts";
import { gradients } from "../../src/tensor/gradient.ts";
import { openOnnxEngine } from "../../src/tensor/onnx/engine.ts";
import { Program } from "../../src/tensor/program.ts";
import type { Value } from "../../src/tensor/value.ts";
import { blockAttention } from "../../src/training/block-attention.ts";
import { hashed } from "../support/hashed-gpt.ts";

const engine = await openOnnxEngine({ backend: "cpu", threads: 1 });
afterAll(() => engine.close());

const shape = [12, 2, 3, 4];
const names = ["query", "key", "value", "cotangent"];
const feeds = Object.fromEntries(
  names.map((name) => [name, Float32Array.from(hashed(name, 12 * 2 * 3 * 4), (value) => 4 * value)]),
);
type Attend = (program: Program, query: Value, key: Value, value: Value) => Value;

/** Result and the gradients of query, key and value. */
const compute = async (attend: Attend, given: Tensors = feeds): Promise<Tensors> => {
  const program = new Program();
  const [query, key, value] = [
    program.input("query", shape),
    program.input("key", shape),
    program.input("value", shape),
  ];
  const result = attend(program, query, key, value);
  const [dQuery, dKey, dValue] = gradients(
    program,
    [[result, program.input("cotangent", shape)]],
    [query, key, value],
  );
  const executable = await engine.compile(program, {
    result,
    dQuery: dQuery!,
    dKey: dKey!,
    dValue: dValue!,
  });
  return executable.run(given);
};

describe("attention by blocks", () => {
  it.each([2, 3, 4, 6, 12])("of %d blocks is attention, forward and backward", async (blocks) => {
    const whole = await compute((program, q, k, v) => attention(program, q, k, v, { scale: 0.7 }));
    const cut = await compute((program, q, k, v) => blockAttention(program, q, k, v, { scale: 0.7, blocks }));
    for (const [name, values] of Object.entries(whole)) {
      expect(Math.max(...Array.from(values, Math.abs))).toBeGreaterThan(0.5);
      for (const [at, value] of values.entries())
        expect(Math.abs(cut[name]![at]! - value)).toBeLessThan(3e-6);
    }
  });

  it("sees no future: later keys and values change no earlier result", async () => {
    const attend: Attend = (program, q, k, v) => blockAttention(program, q, k, v, { scale: 0.7, blocks: 3 });
    const { result } = await compute(attend);
    const later = 7 * 24;
    const changed = { ...feeds, key: feeds["key"]!.slice(), value: feeds["value"]!.slice() };
    changed.key.fill(9, later);
    changed.value.fill(-9, later);
    const { result: other } = await compute(attend, changed);
    expect(other!.slice(0, later)).toEqual(result!.slice(0, later));
    expect(other!.slice(later)).not.toEqual(result!.slice(later));
  });
});
