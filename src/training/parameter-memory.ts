/** @file Where parameters, gradients and moments live: one WebAssembly memory, which both the kernel and the engine see without copying. */
import { ConfigError } from "../errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Parameter } from "./gpt-parameters.ts";
import { type WasmMemory, WASM_MEMORY_BYTES, createWasmMemory } from "./web-assembly.ts";

/** The four equal regions, in the order they lie in. */
export const regions = ["parameter", "gradient", "firstMoment", "secondMoment"] as const;
/** One of {@link regions}. */
export type Region = (typeof regions)[number];

/** Bytes in [start, end) of the memory. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** All numbers of a model and its optimiser; all zeros at first. */
export interface ParameterMemory {
  readonly memory: WasmMemory;
  /** Elements of all parameters, padding left out. */
  readonly parameterCount: number;
  /** A parameter's part of a region; a view, not a copy. */
  view(region: Region, name: string): Float32Array<ArrayBuffer>;
  /** Matrices of a region, which decay, or vectors, which do not; padding included. */
  range(region: Region, part: "matrices" | "vectors"): ByteRange;
}

const ALIGNMENT = 16; // elements: 64 bytes, a cache line

const aligned = (elements: number): number => Math.ceil(elements / ALIGNMENT) * ALIGNMENT;

/**
 * Lays out parameters, matrices before vectors, each at a multiple of 64 bytes, four regions one after the other.
 * @throws {ConfigError} when they need 4 GiB or more, which is more than a WebAssembly memory holds: 268 M parameters
 */
export const createParameterMemory = (parameters: readonly Parameter[]): ParameterMemory => {
  const places = new Map<string, { readonly start: number; readonly length: number }>();
  let end = 0;
  const place = (chosen: readonly Parameter[]): number => {
    for (const { name, shape } of chosen) {
      places.set(name, { start: end, length: sizeOf(shape) });
      end += aligned(sizeOf(shape));
    }
    return end;
  };
  const matricesEnd = place(parameters.filter(({ shape }) => shape.length > 1));
  const regionLength = place(parameters.filter(({ shape }) => shape.length === 1));

  const parameterCount = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const byteLength = regionLength * 4 * regions.length;
  if (byteLength >= WASM_MEMORY_BYTES)
    throw new ConfigError(
      `model must be at most 268 million parameters, got ${(parameterCount / 1e6).toFixed(1)} million`,
      { keyPath: "model", hint: "use fewer layers, a smaller width or a smaller vocabulary" },
    );
  const memory = createWasmMemory(byteLength);
  const regionStart = (region: Region): number => regions.indexOf(region) * regionLength;

  return {
    memory,
    parameterCount,
    view: (region, name) => {
      const { start, length } = places.get(name)!;
      return new Float32Array(memory.buffer, 4 * (regionStart(region) + start), length);
    },
    range: (region, part) => ({
      start: 4 * (regionStart(region) + (part === "vectors" ? matricesEnd : 0)),
      end: 4 * (regionStart(region) + (part === "matrices" ? matricesEnd : regionLength)),
    }),
  };
};
