/** @file Gradients of softmax and its logarithm. */
import type { Vjps } from "./vjp.ts";

/** Both use the result, never the operand: softmax y(g − Σgy), its logarithm g − eʸ Σg. */
export const lastAxis: Vjps<"softmax" | "logSoftmax"> = {
  softmax: (p, y, g) => [() => p.mul(y, p.sub(g, p.sum(p.mul(g, y), [-1], true)))],
  logSoftmax: (p, y, g) => [() => p.sub(g, p.mul(p.exp(y), p.sum(g, [-1], true)))],
};
