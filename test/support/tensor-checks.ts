/** @file The two measures of a tensor case: gradients against finite differences, and an engine against the interpreter. */
import type { Executable } from "../../src/tensor/engine.ts";
import type { Backend } from "../../src/tensor/onnx/emission.ts";
import { emitOnnx } from "../../src/tensor/onnx/emit.ts";
import { openOnnxEngine } from "../../src/tensor/onnx/engine.ts";
import { OnnxExecutable } from "../../src/tensor/onnx/executable.ts";
import { encodeModel } from "../../src/tensor/onnx/model.ts";
import { loadOnnxRuntime } from "../../src/tensor/onnx/runtime.ts";
import { interpret } from "./float64-interpreter.ts";
import { casesOf, type TensorCase } from "./tensor-cases.ts";

type Numbers = ArrayLike<number>;

/** Largest difference as a part of the largest entry expected, or of `least` if that is more; infinite when lengths differ or a number is none. */
export const relativeError = (actual: Numbers | undefined, expected: Numbers, least = 1): number => {
  if (actual?.length !== expected.length) return Infinity;
  let [worst, scale] = [0, least];
  for (let at = 0; at < expected.length; at++) {
    scale = Math.max(scale, Math.abs(expected[at]!));
    const difference = Math.abs(actual[at]! - expected[at]!);
    worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
  }
  return worst / scale;
};

/** Worst {@link relativeError} over all tensors of `expected`. */
export const worstError = (
  actual: Readonly<Record<string, Numbers>>,
  expected: Readonly<Record<string, Numbers>>,
): number =>
  Math.max(...Object.entries(expected).map(([name, tensor]) => relativeError(actual[name], tensor)));

const STEP = 1e-4;

/** ∂(cotangent · result)/∂x by central differences of fourth order, element by element, in float64. */
const finiteDifference = ({ program, feeds, result }: TensorCase, input: string): number[] => {
  const at = (element: number, shift: number): number => {
    const moved = Float64Array.from(feeds[input]!);
    moved[element]! += shift;
    const { y } = interpret(program, { y: result }, { ...feeds, [input]: moved });
    return y!.reduce((sum, x, i) => sum + x * feeds["cotangent"]![i]!, 0);
  };
  return Array.from(
    { length: feeds[input]!.length },
    (_, e) => (8 * (at(e, STEP) - at(e, -STEP)) - (at(e, 2 * STEP) - at(e, -2 * STEP))) / (12 * STEP),
  );
};

/** Worst error of an operation's gradients against finite differences of its definition. */
export const gradientError = (name: string): number =>
  Math.max(
    ...casesOf(name, 25).map((tensorCase) => {
      const { result: _, ...found } = interpret(tensorCase.program, tensorCase.outputs, tensorCase.feeds);
      const expected = Object.keys(found).map(
        (output) => [output, finiteDifference(tensorCase, output.replace("gradient ", ""))] as const,
      );
      return worstError(found, Object.fromEntries(expected));
    }),
  );

/** Compiles for a backend; what webgpu would get runs on the cpu too, since its operators are right wherever they run. */
export const compileFor = async (
  backend: Backend,
  threads: number,
  { program, outputs }: Pick<TensorCase, "program" | "outputs">,
): Promise<Executable> => {
  if (backend === "cpu") return (await openOnnxEngine({ backend, threads })).compile(program, outputs);
  const model = emitOnnx(program, outputs, backend);
  const runtime = await loadOnnxRuntime();
  const session = await runtime.InferenceSession.create(encodeModel(model), { intraOpNumThreads: threads });
  return new OnnxExecutable(runtime, session, model);
};

/** Worst error of an operation and its gradients on ONNX Runtime against the interpreter: at 1 and 2 threads, in both emissions. */
export const engineError = async (name: string): Promise<number> => {
  const variants = [
    ["cpu", 1],
    ["cpu", 2],
    ["webgpu", 1],
  ] as const;
  const errors: number[] = [];
  for (const [at, tensorCase] of casesOf(name, 21).entries()) {
    const [backend, threads] = variants[at % variants.length]!;
    const executable = await compileFor(backend, threads, tensorCase);
    const actual = await executable.run(tensorCase.feeds);
    await executable.release();
    errors.push(worstError(actual, interpret(tensorCase.program, tensorCase.outputs, tensorCase.feeds)));
  }
  return Math.max(...errors);
};
