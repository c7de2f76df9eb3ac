/** @file What we use of TensorFlow.js, in our own words: its types must not be needed by those who do not install it. */
import type { DType, Shape, TensorData } from "../value.ts";

/** What runs the kernels: TensorFlow itself through tfjs-node or tfjs-node-gpu, WebAssembly, or plain JavaScript. */
export type TfjsBackend = "tensorflow" | "wasm" | "cpu";

/** A tensor on a backend; its memory is held until `dispose`. */
export interface TfjsTensor {
  /** Its elements: fresh, or on the cpu the very array that it was made of. */
  dataSync(): TensorData;
  dispose(): void;
}

/** Kernel inputs by name; Concat's are a list. */
export type KernelInputs = Readonly<Record<string, TfjsTensor>> | readonly TfjsTensor[];

/** Kernel settings by name. */
export type KernelAttributes = Readonly<Record<string, unknown>>;

/** What a backend is, beside kernels; TensorFlow's has its binding. */
export interface TfjsBackendObject {
  readonly binding?: { readonly TF_Version?: string };
  readonly isUsingGpuDevice?: boolean;
}

/** The namespace of tfjs-core. */
export interface Tfjs {
  readonly version_core: string;
  /** Never copies: the tensor reads, and on some backends keeps, `data`. */
  tensor(data: TensorData, shape: Shape, dtype: DType): TfjsTensor;
  /** Disposes every tensor made meanwhile but those returned. Walks what is returned: never return an array of numbers. */
  tidy<Result extends TfjsTensor | void>(compute: () => Result): Result;
  keep(tensor: TfjsTensor): TfjsTensor;
  engine(): { runKernel(name: string, inputs: KernelInputs, attributes: KernelAttributes): TfjsTensor };
  getKernel(name: string, backend: string): object | undefined;
  getBackend(): string;
  setBackend(name: string): Promise<boolean>;
  backend(): TfjsBackendObject;
  /** Stops its warnings on the console, and checks that a program has passed before. */
  enableProdMode(): void;
  memory(): { readonly numTensors: number; readonly numBytes: number };
}
