/** @file AdamW with decay of matrices only and clipping by the global norm. */
import { createAdamwKernel } from "./adamw-kernel.ts";
import type { ParameterMemory } from "./parameter-memory.ts";

/** What AdamW is set to; see the `training` options. */
export interface AdamwOptions {
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Largest global norm of the gradient; null for any. */
  readonly clipNorm: number | null;
}

/** Updates the parameters of a memory from its gradients. */
export interface Adamw {
  /**
   * One update.
   * @param update       t, number of this update, from 1: it corrects the moments' start at 0
   * @param learningRate η
   * @param gradientNorm ‖g‖ over all gradients
   */
  update(update: number, learningRate: number, gradientNorm: number): void;
}

/**
 * Decoupled weight decay (Loshchilov & Hutter, arXiv:1711.05101, algorithm 2): with g scaled by min(1, clipNorm/(‖g‖ + 10⁻⁶)),
 * m = β₁m + (1−β₁)g, v = β₂v + (1−β₂)g², p ← p·(1 − η·decay) − η·m̂/(√v̂ + ε), m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ).
 */
export const createAdamw = (memory: ParameterMemory, options: AdamwOptions): Adamw => {
  const kernel = createAdamwKernel(memory.memory);
  const { weightDecay, beta1, beta2, epsilon, clipNorm } = options;
  return {
    update: (update, learningRate, gradientNorm) => {
      const scale = clipNorm === null ? 1 : Math.min(1, clipNorm / (gradientNorm + 1e-6));
      const rate = learningRate / (1 - beta1 ** update);
      const inverseRoot = 1 / Math.sqrt(1 - beta2 ** update);
      for (const part of ["matrices", "vectors"] as const) {
        const { start, end } = memory.range("parameter", part);
        const keep = part === "matrices" ? 1 - learningRate * weightDecay : 1;
        kernel({
          parameter: start,
          gradient: memory.range("gradient", part).start,
          firstMoment: memory.range("firstMoment", part).start,
          secondMoment: memory.range("secondMoment", part).start,
          end,
          beta1,
          rest1: 1 - beta1,
          beta2,
          rest2: 1 - beta2,
          scale,
          keep,
          rate,
          inverseRoot,
          epsilon,
        });
      }
    },
  };
};
