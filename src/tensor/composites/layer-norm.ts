/** @file Layer normalisation over the last axis, and its gradient. */
import type { Program } from "../program.ts";
import { misfit, sameShape, showShape } from "../shape.ts";
import { broadcastSum } from "../vjps/broadcast-sum.ts";
import type { Value } from "../value.ts";

/** mean(product·gain) over the last axis, which stays as 1: as a product with a column, one pass over [N, D] less. */
const meanAlong = (program: Program, product: Value, gain: Value): Value => {
  const width = gain.shape[0]!;
  const column = program.reshape(program.mul(gain, 1 / width), [width, 1]);
  if (product.shape.length > 1) return program.matmul(product, column);
  return program.reshape(program.matmul(program.reshape(product, [1, width]), column), [1]);
};

/**
 * y = x̂·gain + bias, x̂ = (x − mean x)·ρ, ρ = 1/√(var x + ε), moments over the last axis, variance divided by D  (arXiv:1607.06450 §3).
 *
 * Gradient, with a = dy·gain: dx = ρ·(a − mean a − x̂·mean(a·x̂)), dgain = Σ dy·x̂, dbias = Σ dy.
 *
 * @param x    shape [..., D]
 * @param gain shape [D]
 * @param bias shape [D]
 * @param options.epsilon ε, 1e-5 when left out as in GPT-2
 * @returns the shape of x
 * @throws {EngineError} when gain or bias is not [D]
 */
export const layerNorm = (
  program: Program,
  x: Value,
  gain: Value,
  bias: Value,
  options: { readonly epsilon?: number } = {},
): Value => {
  const width = x.shape.slice(-1);
  if (width.length === 0 || !sameShape(gain.shape, width) || !sameShape(bias.shape, width))
    throw misfit(
      "layerNorm",
      "shapes",
      "[..., D], [D] and [D]",
      [x, gain, bias].map((value) => showShape(value.shape)).join(", "),
    );
  const { epsilon = 1e-5 } = options;
  const centred = program.sub(x, program.mean(x, [-1], true));
  const variance = program.mean(program.mul(centred, centred), [-1], true);
  const inverseDeviation = program.div(1, program.sqrt(program.add(variance, epsilon)));
  const normalised = program.mul(centred, inverseDeviation);

  return program.composite([x, gain, bias], {
    name: "layerNorm",
    parameters: { epsilon },
    expansion: program.add(program.mul(normalised, gain), bias),
    kept: { normalised, inverseDeviation },
    pullback: (_result, cotangent) => {
      const product = program.mul(cotangent, normalised); // dy·x̂
      return [
        () => {
          const scaled = program.mul(cotangent, gain);
          const mean = program.mean(scaled, [-1], true);
          const along = meanAlong(program, product, gain);
          const flat = program.sub(program.sub(scaled, mean), program.mul(normalised, along));
          return program.mul(flat, inverseDeviation);
        },
        () => broadcastSum(program, product, gain.shape),
        () => broadcastSum(program, cotangent, bias.shape),
      ];
    },
  });
};
