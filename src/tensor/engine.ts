/** @file What an engine is: something that turns a tensor program into something that can be run. */
import type { Program } from "./program.ts";
import type { TensorData, Value } from "./value.ts";

/** Tensors by name, row-major. */
export type Tensors = Record<string, TensorData>;

/** A compiled program; its memory is held until `release`. */
export interface Executable {
  /**
   * Runs once. Feeds name every input that the outputs depend on; they are read where they lie and must not change meanwhile.
   * @param fetches outputs to be written into buffers of the caller; the others come in fresh ones. A buffer may also be
   *   that of a feed, where nothing else reads the feed once the output is begun: an updated parameter, a growing sum
   * @returns every output by its name; those in `fetches` are the given buffers
   * @throws {EngineError} when a feed is missing or of another length or type, or when the engine fails
   */
  run(feeds: Readonly<Tensors>, fetches?: Readonly<Tensors>): Promise<Tensors>;
  /** Frees it. Running it afterwards is an EngineError; releasing it twice is not. */
  release(): Promise<void>;
}

/** Compiles programs for one backend of one runtime. */
export interface Engine {
  /** Words for a run's record, e.g. `onnx cpu, 2 threads`. */
  readonly name: string;
  /** Makes an executable that computes `outputs`, and nothing that they do not need. */
  compile(program: Program, outputs: Readonly<Record<string, Value>>): Promise<Executable>;
  /** Releases every executable compiled here. */
  close(): Promise<void>;
}
