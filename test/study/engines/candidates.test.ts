import { describe, expect, it } from "vitest";

import { candidates } from "../../../src/study/engines/candidates.ts";
import { engineOptions } from "../../../src/training/options.ts";

describe("candidates", () => {
  it("are every engine that a pipeline can name, as it would name them", () => {
    const all = candidates();
    expect(all.map(({ name }) => name)).toEqual([
      "onnx cpu",
      "onnx webgpu",
      "tfjs tensorflow",
      "tfjs wasm",
      "tfjs cpu",
    ]);
    for (const { options } of all) expect(engineOptions.parse(options)).toEqual(options);
  });
});
