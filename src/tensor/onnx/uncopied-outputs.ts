/** @file Keeps onnxruntime-node from copying what it has written in place: every output of every run, 0.7-1 ms a megabyte. */
import type { OnnxModel } from "./model.ts";
import { encodeModel } from "./model.ts";
import { firstLine, type OnnxRuntime } from "./runtime.ts";

/** Name of the output that stops the copies. */
export const BARRIER = "#barrier";

/** What the package throws when it comes to convert an output that is a sequence (1.30.0). */
const REFUSAL = "Non tensor type is temporarily not supported.";

/**
 * The same model with a sequence as its first output. The runtime computes everything into the given buffers; then the
 * package converts outputs in order, copying each, and refuses the first: nothing is copied, and the buffers are right.
 */
export const withBarrier = (model: OnnxModel): OnnxModel => {
  const sizes = model.outputs.map(({ shape }) => shape.reduce((size, length) => size * length, 1));
  const smallest = model.outputs[sizes.indexOf(Math.min(...sizes))];
  if (smallest === undefined) return model;
  const construct = {
    type: "SequenceConstruct",
    domain: "",
    inputs: [smallest.name],
    outputs: [BARRIER],
    attributes: {},
  };
  return { ...model, nodes: [...model.nodes, construct], barrier: { name: BARRIER, type: smallest.type } };
};

/** Whether a run failed at the barrier, which is to say that it succeeded. */
export const isRefusal = (thrown: unknown): boolean => firstLine(thrown) === REFUSAL;

/**
 * Tries the barrier on a model of one addition: whether the runtime refuses it in the known words, with every buffer written.
 * A runtime that does otherwise is run without, and copies. A few milliseconds.
 */
export const barrierWorks = async (runtime: OnnxRuntime): Promise<boolean> => {
  const port = (name: string) => ({ name, type: "float32", shape: [3] }) as const;
  const node = (type: string, inputs: string[], output: string) => {
    return { type, domain: "", inputs, outputs: [output], attributes: {} };
  };
  const model: OnnxModel = {
    nodes: [node("Add", ["x", "x"], "twice"), node("Neg", ["x"], "less")],
    initializers: [],
    inputs: [port("x")],
    outputs: [port("twice"), port("less")],
  };
  const [x, twice, less] = [Float32Array.of(1, 2, 3), new Float32Array(3), new Float32Array(3)];
  const tensor = (data: Float32Array) => new runtime.Tensor("float32", data, [3]);
  try {
    const session = await runtime.InferenceSession.create(encodeModel(withBarrier(model)), {
      executionProviders: ["cpu"],
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    const refused = await session
      .run({ x: tensor(x) }, { [BARRIER]: null, twice: tensor(twice), less: tensor(less) })
      .then(() => false, isRefusal);
    await session.release();
    return refused && x.every((value, at) => twice[at] === 2 * value && less[at] === -value);
  } catch {
    return false; // a runtime that cannot even load it copies
  }
};
