/** @file Composites that ONNX Runtime has an operator for; the others are emitted as their expansions. */
import type { Rule } from "../emission.ts";

/** Gelu of opset 20, tanh form. */
const gelu: Rule<"composite"> = (emission, value) =>
  emission.give(
    value,
    "Gelu",
    value.inputs.map((x) => emission.nameOf(x)),
    { approximate: { text: "tanh" } },
  );

/**
 * LayerNormalization. Forward only, it applies gain and bias itself; where the gradient reads x̂,
 * it is asked for x̂ and 1/σ with gain 1 and bias 0, and gain and bias follow.
 */
const layerNorm: Rule<"composite"> = (emission, value) => {
  const { kept, parameters } = value.attributes;
  const [x = "", gain = "", bias = ""] = value.inputs.map((input) => emission.nameOf(input));
  const attributes = { epsilon: { float: parameters["epsilon"]! }, axis: { int: -1 } };
  if (!Object.values(kept).some((inner) => emission.isRead(inner))) {
    emission.give(value, "LayerNormalization", [x, gain, bias], attributes);
    return;
  }
  const width = value.shape.slice(-1);
  const normalised = emission.nameOf(kept["normalised"]!);
  emission.node(
    "LayerNormalization",
    [x, emission.filled(width, 1), emission.filled(width, 0)],
    [normalised, `${emission.nameOf(value)}/mean`, emission.nameOf(kept["inverseDeviation"]!)],
    attributes,
  );
  emission.give(value, "Add", [emission.step(value, "scaled", "Mul", [normalised, gain]), bias]);
};

/** Rules by the composite's name. */
export const kernels: Readonly<Record<string, Rule<"composite">>> = { gelu, layerNorm };
