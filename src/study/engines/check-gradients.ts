/** @file An engine's self-test: a small GPT's gradients against finite differences of its losses, both by the engine itself. */
import { EngineError } from "../../errors.ts";
import { keyOf, normal } from "../../random.ts";
import type { Engine, Tensors } from "../../tensor/engine.ts";
import { type Parameter, gptParameters } from "../../training/gpt-parameters.ts";
import { fusedProgram, gradientName, lossProgram } from "../../training/gpt-programs.ts";
import { weighingOptions } from "../../weighing/options.ts";

const sizes = { layers: 2, heads: 2, width: 16, context: 8, vocabSize: 11, biases: true };
const shape = { rows: 3, seqLen: 8 };
const STEP = 0.02;

/** Far from where training starts, so that every part of the model matters to the loss. */
const parameterValues = ({ name, shape: lengths, initial }: Parameter): Float32Array => {
  const size = lengths.reduce((product, length) => product * length, 1);
  const centre = "value" in initial ? initial.value : 0;
  return normal(keyOf("engines", "check", name), size).map((x) => centre + 0.3 * x);
};

const norm = (x: ArrayLike<number>): number => Math.sqrt(Array.from(x).reduce((sum, y) => sum + y * y, 0));

/**
 * Compares, for each parameter tensor, ‖∂f/∂p‖ with the slope of f along ∂f/∂p, where f = Σ w·loss with the step's own weights;
 * slopes by central differences of fourth order, 8(f₁ − f₋₁) − (f₂ − f₋₂) over 12 steps.
 * @returns the largest difference as a part of the tensor's norm, or of a hundredth of the whole gradient's where that is more;
 *   float32 gives about 1e-3
 * @throws {EngineError} when the engine lacks an output, or as running throws
 */
export const checkGradients = async (engine: Engine): Promise<number> => {
  const whole = fusedProgram(sizes, shape, weighingOptions.parse({ strategy: "linupper" }));
  const forward = lossProgram(sizes, shape);
  const training = await engine.compile(whole.program, whole.outputs);
  const losing = await engine.compile(forward.program, forward.outputs);
  const parameters = gptParameters(sizes);
  const values: Tensors = Object.fromEntries(parameters.map((p) => [p.name, parameterValues(p)]));
  const tokens = Int32Array.from(
    { length: shape.rows * shape.seqLen },
    (_, at) => (at * at) % sizes.vocabSize,
  );
  const found = await training.run({
    ...values,
    tokens,
    inverseR: Float32Array.of(1),
    correction: new Float32Array(shape.rows).fill(1),
  });
  const weights = found["weights"];
  if (!weights) throw new EngineError("the engine gave no weights");

  const costWith = async (name: string, value: Float32Array): Promise<number> => {
    const { losses } = await losing.run({ ...values, [name]: value, tokens });
    return Array.from(losses ?? []).reduce((sum, loss, row) => sum + loss * weights[row]!, 0);
  };
  const gradients = parameters.map(({ name }) => found[gradientName(name)] ?? new Float32Array(0));
  const least = Math.hypot(...gradients.map(norm)) / 100;
  let worst = 0;
  for (const [at, { name }] of parameters.entries()) {
    const length = norm(gradients[at]!);
    const direction = Array.from(gradients[at]!, (x) => (length === 0 ? 0 : x / length));
    const along = (steps: number): Promise<number> =>
      costWith(
        name,
        Float32Array.from(values[name]!, (x, i) => x + steps * STEP * direction[i]!),
      );
    const [behind2, behind, ahead, ahead2] = [
      await along(-2),
      await along(-1),
      await along(1),
      await along(2),
    ];
    const slope = (8 * (ahead - behind) - (ahead2 - behind2)) / (12 * STEP);
    worst = Math.max(worst, Math.abs(slope - length) / Math.max(length, least));
  }
  await training.release();
  await losing.release();
  return worst;
};
