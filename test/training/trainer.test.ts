import { describe, expect, it } from "vitest";

import { createTokens } from "../../src/training/trainer.ts";

describe("tokens", () => {
  it("are zeros of the type asked for", () => {
    expect(createTokens("uint16", 3)).toEqual(new Uint16Array(3));
    expect(createTokens("uint32", 2)).toEqual(new Uint32Array(2));
  });
});
