import { describe, expect, it } from "vitest";

import { lastAxis } from "../../../../src/tensor/onnx/rules/last-axis.ts";
import { Program } from "../../../../src/tensor/program.ts";
import { compileFor, engineError, relativeError } from "../../../support/tensor-checks.ts";

describe("softmax on ONNX Runtime", () => {
  it.each(Object.keys(lastAxis))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await engineError(op)).toBeLessThan(3e-6);
  });

  it.each(["cpu", "webgpu"] as const)("neither overflows, as emitted for %s", async (backend) => {
    const program = new Program();
    const x = program.input("x", [1, 3]);
    const outputs = { softmax: program.softmax(x), logSoftmax: program.logSoftmax(x) };
    const executable = await compileFor(backend, 1, { program, outputs });
    const found = await executable.run({ x: Float32Array.of(300, 299, -300) });
    await executable.release();
    const expected = [-0.313261687, -1.313261687, -600.313261687];
    expect(relativeError(found["logSoftmax"], expected)).toBeLessThan(1e-7);
    expect(relativeError(found["softmax"], expected.map(Math.exp))).toBeLessThan(1e-6);
  });
});
