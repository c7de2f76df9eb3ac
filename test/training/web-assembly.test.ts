import { describe, expect, it } from "vitest";

import { createWasmMemory, instantiateWasm } from "../../src/training/web-assembly.ts";

describe("WebAssembly", () => {
  it("gives memories of zeros, at least as large as asked for", () => {
    expect(createWasmMemory(0).buffer.byteLength).toBe(65_536);
    const { buffer } = createWasmMemory(65_537);
    expect(buffer.byteLength).toBe(131_072);
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
  });

  it("refuses bytes that are no module", () => {
    expect(() => instantiateWasm(Uint8Array.of(1, 2, 3), createWasmMemory(1))).toThrow(
      "WebAssembly.Module()",
    );
  });
});
