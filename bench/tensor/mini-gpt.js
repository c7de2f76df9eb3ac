/** @file The prototype's GPT on our program, node for node the same work: no biases, LinUpper weights from stopped losses, all gradients, their norm. */
/** Names and shapes of the parameters, as the prototype has them.
 * @param {Record<"L" | "H" | "D" | "T" | "B" | "V", number>} sizes
 * @returns {[string, number[]][]} */
export const parametersOf = ({ L, D, T, V }) => [
  ["wte", [V, D]],
  ["wpe", [T, D]],
  ...Array.from({ length: L }, (_, layer) =>
    /** @type {[string, number[]][]} */ ([
      ["ln1.g", [D]],
      ["ln1.b", [D]],
      ["q", [D, D]],
      ["k", [D, D]],
      ["v", [D, D]],
      ["o", [D, D]],
      ["ln2.g", [D]],
      ["ln2.b", [D]],
      ["fc", [D, 4 * D]],
      ["pr", [4 * D, D]],
    ]).map(([name, shape]) => [`h${layer}.${name}`, shape]),
  ).flat(),
  ["lnf.g", [D]],
  ["lnf.b", [D]],
];

/** The training graph: inputs the parameters, tokens and targets [B, T], r [].
 * @param {any} tensor Program, gradients and the composites, from src in tests and from dist here
 * @param {Record<"L" | "H" | "D" | "T" | "B" | "V", number>} sizes layers, heads, width, context, batch, vocabulary */
export const buildMiniGpt = (tensor, sizes) => {
  const { Program, gradients, attention, gelu, layerNorm, linearCrossEntropy } = tensor;
  const { L, H, D, T, B } = sizes;
  const program = new Program();
  const parameters = Object.fromEntries(
    parametersOf(sizes).map(([name, shape]) => [name, program.input(name, shape)]),
  );
  const tokens = program.input("tokens", [B, T], "int32");
  const targets = program.input("targets", [B, T], "int32");
  const r = program.input("r", []);
  const norm = (x, name) => layerNorm(program, x, parameters[`${name}.g`], parameters[`${name}.b`]);

  let x = program.add(program.gatherRows(parameters.wte, tokens), parameters.wpe);
  x = program.reshape(x, [B * T, D]);
  for (let layer = 0; layer < L; layer++) {
    const at = (name) => parameters[`h${layer}.${name}`];
    const normalised = norm(x, `h${layer}.ln1`);
    const [q, k, v] = ["q", "k", "v"].map((name) =>
      program.reshape(program.linear(normalised, at(name)), [B, T, H, D / H]),
    );
    const mixed = program.reshape(attention(program, q, k, v, { scale: 1 / Math.sqrt(D / H) }), [B * T, D]);
    x = program.add(x, program.linear(mixed, at("o")));
    x = program.add(
      x,
      program.linear(gelu(program, program.linear(norm(x, `h${layer}.ln2`), at("fc"))), at("pr")),
    );
  }
  const tokenLosses = linearCrossEntropy(
    program,
    norm(x, "lnf"),
    parameters.wte,
    program.reshape(targets, [B * T]),
  );
  const losses = program.mean(program.reshape(tokenLosses, [B, T]), [1]);

  const stopped = program.stop(losses);
  const least = program.rmin(stopped, [0], true);
  const range = program.sub(program.rmax(stopped, [0], true), least);
  const h = program.sub(
    program.div(program.mul(program.sub(stopped, least), 2), program.max(range, 1e-6)),
    1,
  );
  const weights = program.softmax(program.div(program.min(program.add(h, 1), 1), r));

  const names = Object.keys(parameters);
  const found = gradients(program, [[losses, weights]], Object.values(parameters));
  const gnorm = program.sqrt(found.map((g) => program.sumsq(g)).reduce((a, b) => program.add(a, b)));
  return {
    program,
    outputs: {
      losses,
      weights,
      loss: program.sum(program.mul(weights, stopped)),
      gnorm,
      ...Object.fromEntries(names.map((name, i) => [`g.${name}`, found[i]])),
    },
  };
};
