import { describe, expect, it } from "vitest";

import { nodeApiHeaders, tensorflowWheel, tfjsNode } from "../../../src/study/engines/tensorflow-parts.ts";

describe("the parts of TensorFlow", () => {
  it("are of exact versions, with whole hashes", () => {
    for (const { specifier } of [nodeApiHeaders, tfjsNode]) expect(specifier).toMatch(/^.+@\d+\.\d+\.\d+$/);
    expect(tensorflowWheel.specifier).toMatch(/==\d+\.\d+\.\d+$/);
    for (const { sha256 } of [nodeApiHeaders, tensorflowWheel]) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ["tensorflow/libtensorflow_cc.so.2", true],
    ["tensorflow/libtensorflow_framework.so.2", true],
    ["tensorflow/include/tensorflow/c/c_api.h", true],
    ["tensorflow/include/xla/tsl/c/tsl_status.h", true],
    ["tensorflow/python/ops.py", false],
    ["tensorflow/include/Eigen/Core", false],
  ])("takes %s: %s", (member, taken) => {
    expect(new RegExp(`^${tensorflowWheel.members}`).test(member)).toBe(taken);
  });
});
