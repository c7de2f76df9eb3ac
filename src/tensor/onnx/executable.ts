/** @file A program loaded into ONNX Runtime. */
import { EngineError } from "../../errors.ts";
import { checkBuffer } from "../check-buffer.ts";
import type { Executable, Tensors } from "../engine.ts";
import type { TensorData } from "../value.ts";
import type { OnnxPort } from "./model.ts";
import { firstLine, type OnnxRuntime, type OnnxSession, type OnnxTensor } from "./runtime.ts";

/** Runs a session. `run` computes on the calling thread until it is done, so the loop it is called from stands still: keep it in a worker. */
export class OnnxExecutable implements Executable {
  readonly #runtime: OnnxRuntime;
  readonly #inputs: readonly OnnxPort[];
  readonly #outputs: readonly OnnxPort[];
  #session: OnnxSession | undefined;

  constructor(
    runtime: OnnxRuntime,
    session: OnnxSession,
    inputs: readonly OnnxPort[],
    outputs: readonly OnnxPort[],
  ) {
    this.#runtime = runtime;
    this.#session = session;
    this.#inputs = inputs;
    this.#outputs = outputs;
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
    const wanted: Record<string, OnnxTensor | null> = {};
    for (const port of this.#outputs) {
      const target = fetches[port.name];
      wanted[port.name] = target ? tensorOf("fetch", port, target) : null;
    }
    const results = await this.#session.run(given, wanted).catch((cause: unknown) => {
      throw new EngineError(`the runtime failed: ${firstLine(cause)}`, {}, cause);
    });
    return Object.fromEntries(this.#outputs.map(({ name }) => [name, fetches[name] ?? results[name]!.data]));
  }

  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }
}
