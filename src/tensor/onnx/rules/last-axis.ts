/** @file ONNX operators of softmax and its logarithm. */
import type { Emission, Rules } from "../emission.ts";
import type { Value } from "../../value.ts";

const overLast = { axis: { int: -1 } };

/** x − max x − log Σe^(x − max x), from operators that WebGPU has; it lacks LogSoftmax. */
const logSoftmaxByParts = (emission: Emission, value: Value<"logSoftmax">): void => {
  const axis = emission.integers([value.shape.length - 1]);
  const keep = { keepdims: { int: 1 } };
  const x = emission.nameOf(value.inputs[0]);
  const greatest = emission.step(value, "greatest", "ReduceMax", [x, axis], keep);
  const centred = emission.step(value, "centred", "Sub", [x, greatest]);
  const powers = emission.step(value, "powers", "Exp", [centred]);
  const total = emission.step(value, "total", "ReduceSum", [powers, axis], keep);
  const logarithm = emission.step(value, "logarithm", "Log", [total]);
  emission.give(value, "Sub", [centred, logarithm]);
};

/** Softmax, and LogSoftmax where it exists. */
export const lastAxis: Rules<"softmax" | "logSoftmax"> = {
  softmax: (emission, value) => emission.give(value, "Softmax", [emission.nameOf(value.inputs[0])], overLast),
  logSoftmax: (emission, value) =>
    emission.backend === "webgpu"
      ? logSoftmaxByParts(emission, value)
      : emission.give(value, "LogSoftmax", [emission.nameOf(value.inputs[0])], overLast),
};
