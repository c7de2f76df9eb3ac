/** @file What can be asked of one engine, in a thread of its own: whether it computes, whether rightly, and how fast. */
import { boundedInteger, keyOf } from "../../random.ts";
import { loadOnnxRuntime } from "../../tensor/onnx/runtime.ts";
import { type EngineOptions, openEngine } from "../../tensor/open-engine.ts";
import { Program } from "../../tensor/program.ts";
import { loadTfjs } from "../../tensor/tfjs/load.ts";
import type { GptSizes } from "../../training/gpt-parameters.ts";
import { openGptSession } from "../../training/gpt-session.ts";
import { trainingOptions } from "../../training/options.ts";
import { weighingOptions } from "../../weighing/options.ts";
import { checkGradients } from "./check-gradients.ts";

/** A model and a batch to time a training step with. */
export interface BenchSize {
  readonly sizes: GptSizes;
  /** Rows of `sizes.context` tokens. */
  readonly rows: number;
}

/** The questions; each opens the engine anew and closes it. */
export interface EngineProbe {
  /** Opens it and runs a program of one operation. */
  describe(): Promise<{ readonly name: string; readonly version: string }>;
  /** {@link checkGradients}. */
  check(): Promise<number>;
  /** Milliseconds of one whole training step, the median of some after a first one: as many as fit into `budgetMs`, at least one. */
  timeStep(size: BenchSize, budgetMs: number): Promise<number>;
}

const versionOf = async ({ kind, backend }: EngineOptions): Promise<string> =>
  kind === "onnx" ? ((await loadOnnxRuntime()).env.versions.node ?? "") : loadTfjs(backend).version_core;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** The probe of one engine; every method throws what opening or running it throws. */
export const createEngineProbe = (options: EngineOptions): EngineProbe => ({
  async describe() {
    const engine = await openEngine(options);
    try {
      const program = new Program();
      const twice = await engine.compile(program, { y: program.add(program.input("x", [1]), 1) });
      await twice.run({ x: Float32Array.of(1) });
      return { name: engine.name, version: await versionOf(options) };
    } finally {
      await engine.close();
    }
  },
  async check() {
    const engine = await openEngine(options);
    try {
      return await checkGradients(engine);
    } finally {
      await engine.close();
    }
  },
  async timeStep({ sizes, rows }, budgetMs) {
    const session = await openGptSession({
      sizes,
      training: trainingOptions.parse({ batchSize: rows }),
      engine: options,
      seqLen: sizes.context,
      steps: 1000,
      seed: "engines",
      endOfText: null,
      weighing: weighingOptions.parse({ strategy: "linupper" }),
    });
    try {
      const key = keyOf("engines", "bench", "tokens");
      const tokens = Uint16Array.from({ length: rows * sizes.context }, (_, at) =>
        boundedInteger(key, at, sizes.vocabSize),
      );
      const correction = new Float32Array(rows).fill(1);
      const started = performance.now();
      const times: number[] = [];
      do {
        const before = performance.now();
        await session.step(times.length + 1, tokens, { inverseR: 1, correction });
        times.push(performance.now() - before);
      } while (performance.now() - started < budgetMs);
      return median(times.length > 1 ? times.slice(1) : times);
    } finally {
      await session.close();
    }
  },
});
