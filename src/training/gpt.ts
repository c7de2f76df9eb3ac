/** @file GPT-2 as a tensor program: learned positions, pre-norm blocks, gelu, read-out through the token embedding. */
import { attention } from "../tensor/composites/attention.ts";
import { blockAttention } from "../tensor/composites/block-attention.ts";
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

/** Positions in a block of attention; a row of one block is cut in two, a shorter one is not. */
const BLOCK_LENGTH = 128;

/** Blocks that the attention of `time` positions is cut into; of a training row the last position is left out. */
const blocksOf = (time: number): number =>
  time < BLOCK_LENGTH - 1 ? 1 : Math.max(2, Math.round(time / BLOCK_LENGTH));

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
 * Everything is time-major, so that heads and rows split off by reshaping alone.
 * @param tokens shape [T, B], int32, T at most `context`
 * @returns shape [T·B, D], row t·B + b; not yet normalised
 */
export const residualStream = ({ program, sizes, parameters }: Gpt, tokens: Value): Value => {
  const { layers, heads, width, context } = sizes;
  const [time = 0, rows = 0] = tokens.shape;
  const parameter = (name: string): Value => parameters.get(name)!;
  const norm = (x: Value, name: string): Value =>
    layerNorm(program, x, parameter(`${name}.weight`), parameter(`${name}.bias`));
  const linear = (x: Value, name: string, addTo?: Value): Value =>
    program.linear(x, parameter(`${name}.weight`), parameters.get(`${name}.bias`), addTo);

  const blocks = blocksOf(time);
  const positions = parameter("transformer.wpe.weight");
  const seen = time === context ? positions : program.slice(positions, 0, 0, time);
  let x = program.reshape(
    program.add(
      program.gatherRows(parameter("transformer.wte.weight"), tokens),
      program.reshape(seen, [time, 1, width]),
    ),
    [time * rows, width],
  );
  for (let layer = 0; layer < layers; layer++) {
    const block = blockName(layer);
    const normalised = norm(x, `${block}ln_1`);
    const heads4d = (projection: string): Value =>
      program.reshape(linear(normalised, `${block}attn.${projection}`), [time, rows, heads, width / heads]);
    const scale = 1 / Math.sqrt(width / heads);
    const [query, key, value] = [heads4d("query"), heads4d("key"), heads4d("value")] as const;
    const mixed =
      blocks > 1
        ? blockAttention(program, query, key, value, { scale, blocks })
        : attention(program, query, key, value, { scale });
    // The products add to the residual stream where it lies: no pass of its own.
    x = linear(program.reshape(mixed, [time * rows, width]), `${block}attn.c_proj`, x);
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
 * @param tokens shape [T, B], int32, T ≥ 2
 * @returns shape [B]
 */
export const rowLosses = (gpt: Gpt, tokens: Value): Value => {
  const { program, parameters } = gpt;
  const [time = 0, rows = 0] = tokens.shape;
  const targets = (time - 1) * rows;
  // Nothing reads the last position: it has no target, and attention looks back only.
  const predicting = residualStream(gpt, program.slice(tokens, 0, 0, time - 1));
  const tokenLosses = linearCrossEntropy(
    program,
    finalNorm(gpt, predicting),
    parameters.get("transformer.wte.weight")!,
    program.reshape(program.slice(tokens, 0, 1, time), [targets]),
  );
  return program.mean(program.reshape(tokenLosses, [time - 1, rows]), [0]);
};

/**
 * Logits of the token that follows position `position` of the only row.
 * @param tokens   shape [T, 1], int32; what follows `position` changes nothing
 * @param position shape [1], int32, in [0, T)
 * @returns shape [1, V]
 */
export const nextTokenLogits = (gpt: Gpt, tokens: Value, position: Value): Value => {
  const { program, parameters } = gpt;
  const last = finalNorm(gpt, program.gatherRows(residualStream(gpt, tokens), position));
  return program.matmul(last, parameters.get("transformer.wte.weight")!, { transposeB: true });
};
