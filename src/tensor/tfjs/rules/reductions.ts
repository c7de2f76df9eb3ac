/** @file Kernels of the reductions. */
import type { Rule, Rules } from "../rule.ts";

type Reducing = "sum" | "mean" | "rmin" | "rmax" | "sumsq";

/** @param axes the kernel's name for them. A reduction over no axes is a copy: some kernels would take all. */
const reduction = (kernel: string, axes: "axis" | "reductionIndices" = "axis"): Rule<Reducing> => ({
  kernels: [kernel, "Identity"],
  compute: (kernels, { attributes }, [x]) =>
    attributes.axes.length === 0
      ? kernels.run("Identity", { x: x! })
      : kernels.run(kernel, { x: x! }, { [axes]: [...attributes.axes], keepDims: attributes.keep }),
});

const sum = reduction("Sum");

/** One kernel each; a sum of squares takes two. */
export const reductions: Rules<Reducing> = {
  sum,
  mean: reduction("Mean"),
  rmin: reduction("Min"),
  rmax: reduction("Max", "reductionIndices"),
  sumsq: {
    kernels: ["Square", ...sum.kernels],
    compute: (kernels, value, [x]) => sum.compute(kernels, value, [kernels.run("Square", { x: x! })]),
  },
};
