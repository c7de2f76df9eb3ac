/** @file AdamW's inner loop as WebAssembly SIMD: 90 ms for 124 M parameters where the same loop in JavaScript takes 770. */
import type { Code } from "./wasm-assembler.ts";
import { advance, f32x4, load, store, wasmFunction, wasmModule, whileBelow } from "./wasm-assembler.ts";
import { type WasmMemory, instantiateWasm } from "./web-assembly.ts";

/** Functions of the kernel. Addresses are bytes in its memory, multiples of {@link KERNEL_STRIDE}. */
export interface AdamwKernel {
  /**
   * One update of the range that starts at each of four addresses and ends where `parameter` reaches `end`, in float32 and in this order:
   * g ← g·scale; m ← m·β₁ + g·(1−β₁); v ← v·β₂ + g·g·(1−β₂); p ← p·keep − m·rate / (√v·inverseRoot + ε).
   */
  update(
    ...args: [
      ...addresses: [parameter: number, gradient: number, firstMoment: number, secondMoment: number],
      ...moments: [end: number, beta1: number, rest1: number, beta2: number, rest2: number],
      ...step: [scale: number, keep: number, rate: number, inverseRoot: number, epsilon: number],
    ]
  ): void;
}

/** Bytes a round of the loop takes; ranges are multiples of it. */
export const KERNEL_STRIDE = 32;

const { splat, sqrt, add, sub, mul, div } = f32x4;

const update = wasmFunction({
  name: "update",
  parameters: {
    parameter: "i32",
    gradient: "i32",
    firstMoment: "i32",
    secondMoment: "i32",
    end: "i32",
    beta1: "f32",
    rest1: "f32",
    beta2: "f32",
    rest2: "f32",
    scale: "f32",
    keep: "f32",
    rate: "f32",
    inverseRoot: "f32",
    epsilon: "f32",
  },
  locals: { g: "v128", m: "v128", v: "v128" },
  body: ({ get, set }) => {
    const all = (name: "beta1" | "rest1" | "beta2" | "rest2" | "scale"): Code => splat(get(name));
    const step = (name: "keep" | "rate" | "inverseRoot" | "epsilon"): Code => splat(get(name));
    const lanes = (offset: number): Code =>
      [
        set("g", mul(load(get("gradient"), offset), all("scale"))),
        set("m", add(mul(load(get("firstMoment"), offset), all("beta1")), mul(get("g"), all("rest1")))),
        set(
          "v",
          add(
            mul(load(get("secondMoment"), offset), all("beta2")),
            mul(mul(get("g"), get("g")), all("rest2")),
          ),
        ),
        store(get("firstMoment"), offset, get("m")),
        store(get("secondMoment"), offset, get("v")),
        store(
          get("parameter"),
          offset,
          sub(
            mul(load(get("parameter"), offset), step("keep")),
            div(mul(get("m"), step("rate")), add(mul(sqrt(get("v")), step("inverseRoot")), step("epsilon"))),
          ),
        ),
      ].flat();
    const pointers = ["parameter", "gradient", "firstMoment", "secondMoment"] as const;
    return [
      whileBelow(
        get("parameter"),
        get("end"),
        lanes(0),
        lanes(16),
        ...pointers.map((pointer) => set(pointer, advance(get(pointer), KERNEL_STRIDE))),
      ),
    ];
  },
});

/** Compiles the kernel over a memory. About a millisecond. */
export const createAdamwKernel = (memory: WasmMemory): AdamwKernel => {
  const exported = instantiateWasm(wasmModule([update]), memory);
  return { update: exported[update.name]! };
};
