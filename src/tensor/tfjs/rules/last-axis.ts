/** @file Kernels of softmax and its logarithm. */
import type { Rules } from "../rule.ts";

/** Softmax; no backend registers a kernel for its logarithm, which is x − max x − log Σe^(x − max x). */
export const lastAxis: Rules<"softmax" | "logSoftmax"> = {
  softmax: {
    kernels: ["Softmax"],
    compute: (kernels, value, [logits]) =>
      kernels.run("Softmax", { logits: logits! }, { dim: value.shape.length - 1 }),
  },
  logSoftmax: {
    kernels: ["Max", "Sub", "Exp", "Sum", "Log"],
    compute: (kernels, value, [x]) => {
      const axis = [value.shape.length - 1];
      const greatest = kernels.run("Max", { x: x! }, { reductionIndices: axis, keepDims: true });
      const centred = kernels.run("Sub", { a: x!, b: greatest });
      const powers = kernels.run("Exp", { x: centred });
      const total = kernels.run("Sum", { x: powers }, { axis, keepDims: true });
      return kernels.run("Sub", { a: centred, b: kernels.run("Log", { x: total }) });
    },
  },
};
