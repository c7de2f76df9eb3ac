import { afterAll, describe, expect, it } from "vitest";

import { checkGradients } from "../../../src/study/engines/check-gradients.ts";
import { gradientTolerance } from "../../../src/study/engines/survey.ts";
import type { Engine } from "../../../src/tensor/engine.ts";
import { openEngine } from "../../../src/tensor/open-engine.ts";

const engine = await openEngine({ kind: "onnx", backend: "cpu", threads: 1 });
afterAll(() => engine.close());

/** The engine, but that one output is not what it computes. */
const astray = (output: string, factor: number): Engine => ({
  ...engine,
  compile: async (program, outputs) => {
    const executable = await engine.compile(program, outputs);
    return {
      ...executable,
      release: () => executable.release(),
      run: async (feeds) => {
        const found = await executable.run(feeds);
        return { ...found, ...(found[output] && { [output]: found[output].map((x) => factor * x) }) };
      },
    };
  },
});

describe("checkGradients", () => {
  it("finds a sound engine sound", async () => {
    expect(await checkGradients(engine)).toBeLessThan(gradientTolerance / 3);
  });

  it.each(["transformer.h.0.attn.query.weight", "transformer.h.1.ln_2.bias"])(
    "notices a gradient of %s that is 1 % too large",
    async (name) => {
      expect(await checkGradients(astray(`gradient of ${name}`, 1.01))).toBeGreaterThan(
        2 * gradientTolerance,
      );
    },
  );

  it("notices losses that are off", async () => {
    expect(await checkGradients(astray("losses", 0.98))).toBeGreaterThan(gradientTolerance);
  });
});
