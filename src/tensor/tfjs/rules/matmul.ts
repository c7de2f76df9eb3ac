/** @file Kernel of the product. */
import type { Rules } from "../rule.ts";

/** BatchMatMul of any rank; `lower` has spelled out all else that a product may be. */
export const matmul: Rules<"matmul"> = {
  matmul: {
    kernels: ["BatchMatMul"],
    compute: (kernels, { attributes: { transposeA, transposeB } }, [a, b]) =>
      kernels.run("BatchMatMul", { a: a!, b: b! }, { transposeA, transposeB }),
  },
};
