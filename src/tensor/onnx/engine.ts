/** @file The onnx engine: emits a program as an ONNX model and runs it on ONNX Runtime. */
import { EngineError, mustBe } from "../../errors.ts";
import type { Engine, Executable } from "../engine.ts";
import type { Backend } from "./emission.ts";
import { emitOnnx } from "./emit.ts";
import { OnnxExecutable } from "./executable.ts";
import { encodeModel } from "./model.ts";
import { firstLine, loadOnnxRuntime, type OnnxRuntime } from "./runtime.ts";
import { barrierWorks, withBarrier } from "./uncopied-outputs.ts";

/** How the onnx engine is opened. */
export interface OnnxEngineOptions {
  readonly backend: Backend;
  /** Threads of one operator on the cpu, from 1. Runs repeat bit for bit at any number. */
  readonly threads: number;
  /** Loads the runtime; a test's own, else the installed package. */
  readonly loadRuntime?: () => Promise<OnnxRuntime>;
}

const sessionOptions = ({ backend, threads }: OnnxEngineOptions): Readonly<Record<string, unknown>> => ({
  executionProviders: [backend],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  // Fusions beyond these gain nothing here: 1.02 times faster than with all, interleaved at two sizes, and loaded in half the time.
  graphOptimizationLevel: "basic",
  // Faults come as errors, not as lines on stderr.
  logSeverityLevel: 4,
  // Half the memory at the same speed: shapes are static, so the arena's chunks fit already.
  enableMemPattern: false,
  // A step has hundreds of short operators, and to wake a sleeping thread for each costs 7-10 % of it. Threads that wait for the
  // next one spin, but 200 µs at most and never after a run: a thread that spins for long holds up whoever else has work.
  extra: {
    session: { intra_op: { allow_spinning: "1", spin_duration_us: "200" }, force_spinning_stop: "1" },
  },
});

/**
 * Opens ONNX Runtime. Its `compile` takes 50-300 ms a program; parameters are inputs, so models are small.
 * @throws {EngineError} when onnxruntime-node is missing, broken or old, lacks the backend, or refuses a program
 */
export const openOnnxEngine = async (options: OnnxEngineOptions): Promise<Engine> => {
  const { backend, threads, loadRuntime = loadOnnxRuntime } = options;
  if (!(Number.isInteger(threads) && threads >= 1))
    throw new EngineError(mustBe("engine threads", "an integer from 1", threads));
  const runtime = await loadRuntime();
  const backends = runtime.listSupportedBackends().map(({ name }) => name);
  if (!backends.includes(backend))
    throw new EngineError(mustBe("engine backend", `one of ${backends.join(", ")}`, backend), {
      hint: "the installed onnxruntime-node was built without it for this platform",
    });

  // On webgpu an output is a download; only the cpu writes into our buffers.
  const uncopied = backend === "cpu" && (await barrierWorks(runtime));
  const open = new Set<Executable>();
  return {
    name: backend === "cpu" ? `onnx cpu, ${threads} thread${threads === 1 ? "" : "s"}` : `onnx ${backend}`,
    compile: async (program, outputs) => {
      const plain = emitOnnx(program, outputs, backend);
      const model = uncopied ? withBarrier(plain) : plain;
      const session = await runtime.InferenceSession.create(
        encodeModel(model),
        sessionOptions(options),
      ).catch((cause: unknown) => {
        const hint =
          backend === "webgpu" ? "webgpu needs a GPU and its Vulkan, Metal or Direct3D driver" : undefined;
        throw new EngineError(
          `the runtime refused the program: ${firstLine(cause)}`,
          hint === undefined ? {} : { hint },
          cause,
        );
      });
      const executable = new OnnxExecutable(runtime, session, model);
      open.add(executable);
      return executable;
    },
    close: async () => {
      for (const executable of open) await executable.release();
      open.clear();
    },
  };
};
