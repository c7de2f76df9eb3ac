/** @file Causal self-attention of time-major heads, and its gradient. */
import type { Program } from "../program.ts";
import { misfit, sameShape, showShape } from "../shape.ts";
import type { Value } from "../value.ts";

/** Added to scores of the future: far below any score, and finite, so that masked rows stay numbers. */
const MASKED = -1e9;

const causalMask = (program: Program, time: number): Value =>
  program.constant(`causal mask ${time}`, [time, time], () =>
    Float32Array.from({ length: time * time }, (_, at) => (at % time > Math.floor(at / time) ? MASKED : 0)),
  );

/**
 * softmax(scale · Q Kᵀ + causal mask) V for each batch row and head (arXiv:1706.03762 §3.2.1).
 *
 * Time-major: reshaping a projection [T·B, D] to [T, B, H, D/H] moves nothing, and products read it strided.
 * The backward pass replaces Σ P∘dP by Σ dO∘O over the head (arXiv:2205.14135 §B.4): one pass less over [B, H, T, T].
 *
 * @param query, key, value shape [T, B, H, E] each
 * @param options.scale factor of the scores, usually 1/√E
 * @returns shape [T, B, H, E]
 * @throws {EngineError} when the three shapes are not one shape of rank 4. Cost 4·B·H·T²·E, memory B·H·T².
 */
export const attention = (
  program: Program,
  query: Value,
  key: Value,
  value: Value,
  options: { readonly scale: number },
): Value => {
  if (query.shape.length !== 4 || ![key, value].every((x) => sameShape(x.shape, query.shape)))
    throw misfit(
      "attention",
      "shapes",
      "equal and [T, B, H, E]",
      [query, key, value].map((x) => showShape(x.shape)).join(", "),
    );
  const alpha = options.scale;
  const timeOutward = (x: Value): Value => program.transpose(x, [2, 0, 1, 3]);

  const scores = program.matmul(query, key, { timeMajorA: true, timeMajorB: true, transposeB: true, alpha });
  const probabilities = program.softmax(program.add(scores, causalMask(program, query.shape[0]!))); // [B, H, T, T]
  const expansion = timeOutward(program.matmul(probabilities, value, { timeMajorB: true }));

  return program.composite([query, key, value], {
    name: "attention",
    parameters: { scale: alpha },
    expansion,
    kept: { probabilities },
    pullback: (result, cotangent) => {
      const overlap = program.sum(program.mul(cotangent, result), [-1], true); // [T, B, H, 1]
      const dProbabilities = program.matmul(cotangent, value, {
        timeMajorA: true,
        timeMajorB: true,
        transposeB: true,
      });
      const dScores = program.mul(
        probabilities,
        program.sub(dProbabilities, program.transpose(overlap, [1, 2, 0, 3])),
      );
      return [
        () => timeOutward(program.matmul(dScores, key, { timeMajorB: true, alpha })),
        () => timeOutward(program.matmul(dScores, query, { transposeA: true, timeMajorB: true, alpha })),
        () => timeOutward(program.matmul(probabilities, cotangent, { transposeA: true, timeMajorB: true })),
      ];
    },
  });
};
