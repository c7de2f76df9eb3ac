/** @file The tfjs engine: interprets a program with the kernels of TensorFlow.js, of which TensorFlow's own are one set. */
import { EngineError, mustBe } from "../../errors.ts";
import type { Engine, Executable } from "../engine.ts";
import { planOf } from "../plan.ts";
import type { Value } from "../value.ts";
import { TfjsExecutable, select } from "./executable.ts";
import { firstLine, installCommands, loadTfjs } from "./load.ts";
import { lower } from "./lower.ts";
import { ruleOf } from "./rules/table.ts";
import type { Tfjs, TfjsBackend } from "./runtime.ts";

/** How the tfjs engine is opened. */
export interface TfjsEngineOptions {
  readonly backend: TfjsBackend;
  /** Loads the runtime; a test's own, else the installed package. */
  readonly loadRuntime?: (backend: TfjsBackend) => Tfjs;
}

/** One small product: an addon for another Node or another processor loads and then fails here. */
const prove = (tfjs: Tfjs, backend: TfjsBackend): void => {
  let found: number | undefined;
  try {
    tfjs.tidy(() => {
      const a = tfjs.tensor(Float32Array.of(1, 2, 3, 4), [2, 2], "float32");
      const product = tfjs
        .engine()
        .runKernel("BatchMatMul", { a, b: a }, { transposeA: false, transposeB: false });
      found = product.dataSync()[3];
    });
  } catch (cause) {
    const hint = `run: ${installCommands[backend]}`;
    throw new EngineError(`backend ${backend} does not work: ${firstLine(cause)}`, { hint }, cause);
  }
  if (found !== 22) throw new EngineError(mustBe(`backend ${backend}'s 3·2 + 4·4`, "22", found));
};

const nameOf = (tfjs: Tfjs, backend: TfjsBackend): string => {
  if (backend !== "tensorflow") return `tfjs ${backend}`;
  const { binding, isUsingGpuDevice } = tfjs.backend();
  return `tfjs tensorflow ${binding?.TF_Version ?? "of unknown version"}${isUsingGpuDevice === true ? ", gpu" : ""}`;
};

const requireKernels = (tfjs: Tfjs, backend: TfjsBackend, steps: readonly Value[]): void => {
  for (const step of steps) {
    const missing = ruleOf(step)?.kernels.find((kernel) => !tfjs.getKernel(kernel, backend));
    if (missing !== undefined)
      throw new EngineError(`backend ${backend} has no kernel ${missing}, which ${step.op} needs`, {
        operation: step.op,
        hint: `run: ${installCommands[backend]}; or choose another engine.backend`,
      });
  }
};

/**
 * Opens TensorFlow.js on a backend. TensorFlow takes every core (the variable TF_NUM_INTRAOP_THREADS limits it); the others take one.
 * @throws {EngineError} when the backend is missing, broken, old, or lacks a kernel that a program needs
 */
export const openTfjsEngine = async ({
  backend,
  loadRuntime = loadTfjs,
}: TfjsEngineOptions): Promise<Engine> => {
  const tfjs = loadRuntime(backend);
  tfjs.enableProdMode();
  if (!(await tfjs.setBackend(backend))) throw new EngineError(`backend ${backend} does not start`);
  prove(tfjs, backend);

  const open = new Set<Executable>();
  return {
    name: nameOf(tfjs, backend),
    compile: async (program, outputs) => {
      for (const name of Object.keys(outputs))
        if (program.inputs.has(name))
          throw new EngineError(mustBe("an output's name", "different from every input's", name));
      const lowered = lower(program, outputs);
      const plan = planOf(lowered.program, Object.values(lowered.outputs));
      requireKernels(tfjs, backend, plan.steps);
      select(tfjs, backend);
      const executable = new TfjsExecutable(tfjs, backend, plan, lowered.outputs);
      open.add(executable);
      return executable;
    },
    close: async () => {
      for (const executable of open) await executable.release();
      open.clear();
    },
  };
};
