import { describe, expect, it } from "vitest";

import { checkBuffer } from "../../src/tensor/check-buffer.ts";

const pair = { dtype: "float32", shape: [2] } as const;

describe("checkBuffer", () => {
  it("lets what fits through", () => {
    const data = Float32Array.of(1, 2);
    expect(checkBuffer("feed", "x", pair, data)).toBe(data);
    expect(checkBuffer("feed", "x", { dtype: "int32", shape: [] }, Int32Array.of(1))).toEqual(
      Int32Array.of(1),
    );
  });

  it.each([
    [undefined, `feed "x" must be Float32Array of [2], got nothing`],
    [Int32Array.of(1, 2), `feed "x" must be Float32Array of [2], got Int32Array of 2`],
    [Float32Array.of(1), `feed "x" must be Float32Array of [2], got Float32Array of 1`],
  ])("refuses %s", (data, message) => {
    expect(() => checkBuffer("feed", "x", pair, data)).toThrow(message);
  });

  it("refuses memory that is shared between threads", () => {
    const shared = new Float32Array(new SharedArrayBuffer(8));
    expect(() => checkBuffer("fetch", "y", pair, shared)).toThrow(
      expect.objectContaining({
        message: `fetch "y" must be in memory that is not shared, got Float32Array of 2`,
        hint: "the runtime refuses SharedArrayBuffer; use an ArrayBuffer or a WebAssembly.Memory",
      }),
    );
  });
});
