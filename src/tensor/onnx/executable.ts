/** @file A program loaded into ONNX Runtime. */
import { EngineError } from "../../errors.ts";
import { checkBuffer } from "../check-buffer.ts";
import type { Executable, Tensors } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import type { TensorData } from "../value.ts";
import type { OnnxModel, OnnxPort } from "./model.ts";
import { firstLine, type OnnxRuntime, type OnnxSession, type OnnxTensor } from "./runtime.ts";
import { BARRIER, isRefusal } from "./uncopied-outputs.ts";

/** What a model takes and gives. */
export type Ports = Pick<OnnxModel, "inputs" | "outputs" | "barrier">;

const bufferOf = ({ type, shape }: OnnxPort): TensorData =>
  type === "int32" ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));

/** Runs a session. `run` computes on the calling thread until it is done, so the loop it is called from stands still: keep it in a worker. */
export class OnnxExecutable implements Executable {
  readonly #runtime: OnnxRuntime;
  readonly #inputs: readonly OnnxPort[];
  readonly #outputs: readonly OnnxPort[];
  readonly #hasBarrier: boolean;
  #session: OnnxSession | undefined;

  constructor(runtime: OnnxRuntime, session: OnnxSession, { inputs, outputs, barrier }: Ports) {
    this.#runtime = runtime;
    this.#session = session;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#hasBarrier = barrier !== undefined;
  }

  async run(feeds: Readonly<Tensors>, fetches: Readonly<Tensors> = {}): Promise<Tensors> {
    if (!this.#session) throw new EngineError("a released program cannot run");
    const tensorOf = (use: string, port: OnnxPort, data: TensorData | undefined): OnnxTensor =>
      new this.#runtime.Tensor(
        port.type,
        checkBuffer(use, port.name, { dtype: port.type, shape: port.shape }, data),
        port.shape,
      );
    const given: Record<string, OnnxTensor> = {};
    for (const port of this.#inputs) given[port.name] = tensorOf("feed", port, feeds[port.name]);
    // The barrier comes first, and with it every output needs a buffer: the runtime's own results never arrive.
    const wanted: Record<string, OnnxTensor | null> = this.#hasBarrier ? { [BARRIER]: null } : {};
    const found: Tensors = {};
    for (const port of this.#outputs) {
      const target = fetches[port.name] ?? (this.#hasBarrier ? bufferOf(port) : undefined);
      wanted[port.name] = target ? tensorOf("fetch", port, target) : null;
      if (target) found[port.name] = target;
    }
    try {
      const results = await this.#session.run(given, wanted);
      for (const { name } of this.#outputs) found[name] ??= results[name]!.data;
    } catch (cause) {
      if (!(this.#hasBarrier && isRefusal(cause)))
        throw new EngineError(`the runtime failed: ${firstLine(cause)}`, {}, cause);
    }
    return found;
  }

  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }
}
