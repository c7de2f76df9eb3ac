/** @file The two things we ask of Node's WebAssembly, typed here: @types/node leaves them to browsers' types. */

/** Memory that kernels and views share. It never grows, so views stay valid. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** Functions of a module, by name. */
export type WasmExports = Readonly<Record<string, (...args: readonly number[]) => number>>;

declare const WebAssembly: {
  readonly Memory: new (size: { initial: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: WasmExports };
};

/** Bytes a memory is measured in. */
const PAGE_BYTES = 65_536;

/** Most bytes a memory can have: addresses are 32 bits. */
export const WASM_MEMORY_BYTES: number = 2 ** 32;

/** A memory of at least `byteLength` zeros, at most {@link WASM_MEMORY_BYTES}; the system gives its pages when they are first written. */
export const createWasmMemory = (byteLength: number): WasmMemory =>
  new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(byteLength / PAGE_BYTES)) });

/** Compiles a module that imports `host.memory`, and gives its exports. About a millisecond. */
export const instantiateWasm = (bytes: Uint8Array<ArrayBuffer>, memory: WasmMemory): WasmExports =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { memory } }).exports;
