/** @file The parameters of a GPT-2: their names, shapes and first values. */
import { keyOf, normal } from "../random.ts";

/** Sizes of a GPT-2. */
export interface GptSizes {
  readonly layers: number;
  readonly heads: number;
  /** D, divisible by `heads`. */
  readonly width: number;
  /** Positions the model can tell apart. */
  readonly context: number;
  /** V. */
  readonly vocabSize: number;
  /** Whether linear maps have biases. */
  readonly biases: boolean;
}

/** One parameter tensor. */
export interface Parameter {
  /** As in GPT-2's checkpoints; query, key and value are apart here and joined there (`gpt-checkpoint.ts`). */
  readonly name: string;
  /** Linear maps are [in, out]. */
  readonly shape: readonly number[];
  /** Where its first values come from: a normal distribution of mean 0 and this deviation, or one number. */
  readonly initial: { readonly deviation: number } | { readonly value: number };
}

/** The three projections that a checkpoint joins as `c_attn`, in its order. */
export const projections = ["query", "key", "value"] as const;

/** Name of a block's tensors before their own: `transformer.h.<layer>.`. */
export const blockName = (layer: number): string => `transformer.h.${layer}.`;

const DEVIATION = 0.02;

/**
 * All parameters in the order of the forward pass; the output projection is the token embedding again.
 *
 * Matrices start normal with deviation 0.02, projections into the residual stream with 0.02/√(2·layers), biases 0, gains 1
 * (Radford et al. 2019, "Language models are unsupervised multitask learners", §2.3).
 */
export const gptParameters = (sizes: GptSizes): Parameter[] => {
  const { layers, width, context, vocabSize, biases } = sizes;
  const residual = DEVIATION / Math.sqrt(2 * layers);
  const matrix = (name: string, shape: readonly number[], deviation = DEVIATION): Parameter => ({
    name: `${name}.weight`,
    shape,
    initial: { deviation },
  });
  const linear = (name: string, from: number, to: number, deviation = DEVIATION): Parameter[] => [
    matrix(name, [from, to], deviation),
    ...(biases ? [{ name: `${name}.bias`, shape: [to], initial: { value: 0 } }] : []),
  ];
  const layerNorm = (name: string): Parameter[] => [
    { name: `${name}.weight`, shape: [width], initial: { value: 1 } },
    { name: `${name}.bias`, shape: [width], initial: { value: 0 } },
  ];
  const block = (name: string): Parameter[] => [
    ...layerNorm(`${name}ln_1`),
    ...projections.flatMap((projection) => linear(`${name}attn.${projection}`, width, width)),
    ...linear(`${name}attn.c_proj`, width, width, residual),
    ...layerNorm(`${name}ln_2`),
    ...linear(`${name}mlp.c_fc`, width, 4 * width),
    ...linear(`${name}mlp.c_proj`, 4 * width, width, residual),
  ];
  return [
    matrix("transformer.wte", [vocabSize, width]),
    matrix("transformer.wpe", [context, width]),
    ...Array.from({ length: layers }, (_, layer) => block(blockName(layer))).flat(),
    ...layerNorm("transformer.ln_f"),
  ];
};

/** Writes a parameter's first values: f(seed, name), whatever else is made. O(target). */
export const initialise = (
  { name, initial }: Parameter,
  seed: string | number,
  target: Float32Array<ArrayBuffer>,
): void => {
  if ("value" in initial) {
    target.fill(initial.value);
    return;
  }
  normal(keyOf(seed, "parameters", name), target.length, target);
  for (let at = 0; at < target.length; at++) target[at]! *= initial.deviation;
};
