/** @file GPT-2 as a tensor program: learned positions, pre-norm blocks, gelu, read-out through the token embedding. */
import { attention } from "../tensor/composites/attention.ts";
import { gelu } from "../tensor/composites/gelu.ts";
import { layerNorm } from "../tensor/composites/layer-norm.ts";
import { linearCrossEntropy } from "../tensor/composites/linear-cross-entropy.ts";
import type { Program } from "../tensor/program.ts";
import type { Value } from "../tensor/value.ts";
import { type GptSizes, blockName, gptParameters } from "./gpt-parameters.ts";

/** A GPT-2 within a program: its parameters are the program's inputs. */
export interface Gpt {
  readonly program: Program;
  readonly sizes: GptSizes;
  /** By parameter name. */
  readonly parameters: ReadonlyMap<string, Value>;
}

/**
 * Blocks that the attention of `time` positions is cut into; of a training row the last position is left out. Four make a step at
 * 256 positions 5 % faster than two; eight at 512 make it 1 % slower than four.
 */
const blocksOf = (time: number): number => (time < 127 ? 1 : time < 255 ? 2 : 4);

/** Declares the parameters as inputs of a program, under their names. */
export const declareGpt = (program: Program, sizes: GptSizes): Gpt => ({
  program,
  sizes,
  parameters: new Map(gptParameters(sizes).map(({ name, shape }) => [name, program.input(name, shape)])),
});

/**
 * The residual stream after the last block: x₀ = wte[token] + wpe[position], then per block
 * x ← x + attention(norm x), x ← x + mlp(norm x)  (Radford et al. 2019, §2.3).
 *
 * @param tokens shape [B, T], int32, T at most `context`
 * @returns shape [B·T, D], row b·T + t; not yet normalised
 */
export const residualStream = ({ program, sizes, parameters }: Gpt, tokens: Value): Value => {
  const { layers, heads, width, context } = sizes;
  const [rows = 0, time = 0] = tokens.shape;
  const parameter = (name: string): Value => parameters.get(name)!;
  const norm = (x: Value, name: string): Value =>
    layerNorm(program, x, parameter(`${name}.weight`), parameter(`${name}.bias`));
  const linear = (x: Value, name: string, addTo?: Value): Value =>
    program.linear(x, parameter(`${name}.weight`), parameters.get(`${name}.bias`), addTo);

  const blocks = blocksOf(time);
  const positions = parameter("transformer.wpe.weight");
  const seen = time === context ? positions : program.slice(positions, 0, 0, time);
  let x = program.reshape(
    program.add(program.gatherRows(parameter("transformer.wte.weight"), tokens), seen),
    [rows * time, width],
  );
  for (let layer = 0; layer < layers; layer++) {
    const block = blockName(layer);
    const normalised = norm(x, `${block}ln_1`);
    const heads4d = (projection: string): Value =>
      program.reshape(linear(normalised, `${block}attn.${projection}`), [rows, time, heads, width / heads]);
    const scale = 1 / Math.sqrt(width / heads);
    const [query, key, value] = [heads4d("query"), heads4d("key"), heads4d("value")] as const;
    const mixed = attention(program, query, key, value, { scale, blocks });
    // The products add to the residual stream where it lies: no pass of its own.
    x = linear(program.reshape(mixed, [rows * time, width]), `${block}attn.c_proj`, x);
    const hidden = gelu(program, linear(norm(x, `${block}ln_2`), `${block}mlp.c_fc`));
    x = linear(hidden, `${block}mlp.c_proj`, x);
  }
  return x;
};

/** The last normalisation, before the read-out. */
export const finalNorm = ({ program, parameters }: Gpt, x: Value): Value =>
  layerNorm(program, x, parameters.get("transformer.ln_f.weight")!, parameters.get("transformer.ln_f.bias")!);

/**
 * Mean negative log-likelihood of each row's tokens but its first, nats per token: position t predicts token t + 1,
 * and the last predicts nothing.
 * @param tokens shape [B, T], int32, T ≥ 2
 * @returns shape [B]
 */
export const rowLosses = (gpt: Gpt, tokens: Value): Value => {
  const { program, parameters } = gpt;
  const [rows = 0, time = 0] = tokens.shape;
  // Nothing reads the last position: it has no target, and attention looks back only.
  const predicting = residualStream(gpt, program.slice(tokens, 1, 0, time - 1));
  const tokenLosses = linearCrossEntropy(
    program,
    finalNorm(gpt, predicting),
    parameters.get("transformer.wte.weight")!,
    program.reshape(program.slice(tokens, 1, 1, time), [rows * (time - 1)]),
  );
  return program.mean(program.reshape(tokenLosses, [rows, time - 1]), [1]);
};

/**
 * Logits of the token that follows position `position` of the only row.
 * @param tokens   shape [1, T], int32; what follows `position` changes nothing
 * @param position shape [1], int32, in [0, T)
 * @returns shape [1, V]
 */
export const nextTokenLogits = (gpt: Gpt, tokens: Value, position: Value): Value => {
  const { program, parameters } = gpt;
  const last = finalNorm(gpt, program.gatherRows(residualStream(gpt, tokens), position));
  return program.matmul(last, parameters.get("transformer.wte.weight")!, { transposeB: true });
};
