/** @file What training a GPT takes in memory, from its sizes alone. */
import { sizeOf } from "../tensor/shape.ts";
import { peakBytes } from "../tensor/onnx/peak-memory.ts";
import type { WeighingOptions } from "../weighing/options.ts";
import { type GptSizes, gptParameters } from "./gpt-parameters.ts";
import { type ProgramOutputs, fusedProgram, lossProgram } from "./gpt-programs.ts";
import { weighsInGraph, weightedProgram } from "./gpt-programs.ts";
import type { EngineOptions, TrainingOptions } from "./options.ts";
import { regions } from "./parameter-memory.ts";

/** A part of a run's memory. */
export interface MemoryPart {
  readonly name: string;
  readonly bytes: number;
}

/** The runtime's arena over the tensors in it; 1.16 to 1.21 were measured. */
const ARENA = 1.25;

/** What a loaded graph takes for each node of the program. */
const NODE_BYTES = 12_000;

const graphBytes = ({ program, outputs }: ProgramOutputs): number =>
  ARENA * peakBytes(program, outputs) + NODE_BYTES * program.nodes.length;

const parameterCount = (sizes: GptSizes): number =>
  gptParameters(sizes).reduce((sum, parameter) => sum + sizeOf(parameter.shape), 0);

/**
 * The parts of a model that scores only, on the onnx engine, cpu: 8 bytes a parameter, which is read from a file that is in memory
 * meanwhile, and the forward graph of `rows` rows. Within 6 % of the peak resident size, less 180 MB of process, that was
 * measured for 28 M and 124 M parameters at 4 and 16 rows of 128 tokens.
 * @returns bytes by part; undefined for other engines, whose memory was not measured. O(nodes): 10-200 ms.
 */
export const gptScoringMemory = (options: {
  readonly sizes: GptSizes;
  readonly rows: number;
  readonly seqLen: number;
  readonly engine: EngineOptions;
}): MemoryPart[] | undefined => {
  const { sizes, rows, seqLen, engine } = options;
  if (engine.kind !== "onnx" || engine.backend !== "cpu") return undefined;
  return [
    { name: "parameters, and their file", bytes: 8 * parameterCount(sizes) },
    {
      name: "scoring's activations",
      bytes: graphBytes(lossProgram(sizes, { rows, seqLen })),
    },
  ];
};

/**
 * The trainer's parts on the onnx engine, cpu: 16 bytes a parameter (itself, gradient, two moments), and for each graph of a
 * run 1.25 · {@link peakBytes} + 12 kB a node. A step is one graph, or a forward and a weighted one; scoring is another.
 * @param options.seqLen L, tokens a row
 * @returns bytes by part; undefined for other engines, whose memory was not measured. O(nodes): 10-200 ms.
 */
export const gptMemory = (options: {
  readonly sizes: GptSizes;
  readonly training: TrainingOptions;
  readonly engine: EngineOptions;
  readonly weighing: WeighingOptions;
  readonly seqLen: number;
}): MemoryPart[] | undefined => {
  const { sizes, training, engine, weighing, seqLen } = options;
  if (engine.kind !== "onnx" || engine.backend !== "cpu") return undefined;
  const { batchSize } = training;
  const microRows = training.microBatchSize ?? batchSize;
  const shape = { rows: microRows, seqLen };
  const step = weighsInGraph(training, weighing)
    ? fusedProgram(sizes, shape, weighing)
    : weightedProgram(sizes, shape, microRows < batchSize);
  return [
    { name: "parameters, gradients, moments", bytes: 4 * regions.length * parameterCount(sizes) },
    { name: "a step's activations", bytes: graphBytes(step) },
    { name: "scoring's activations", bytes: graphBytes(lossProgram(sizes, shape)) },
  ];
};
