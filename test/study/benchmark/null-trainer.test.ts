import { describe, expect, it } from "vitest";

import { createDraws } from "../../../src/draws.ts";
import { createNullTrainer } from "../../../src/study/benchmark/null-trainer.ts";
import type { Batch } from "../../../src/training/trainer.ts";

const batch: Batch = {
  step: 1,
  size: 2,
  seqLen: 4,
  tokens: new Uint16Array(8),
  draws: { ...createDraws(2), row: Uint32Array.of(3, 4) },
};

describe("createNullTrainer", () => {
  it("steps as often as it is let, waits for more, and has its losses weighed", async () => {
    const trainer = createNullTrainer();
    const weighed: ArrayLike<number>[] = [];
    let ended = 0;
    const step = async (): Promise<void> => {
      const { losses } = await trainer.step(batch, (given) => {
        weighed.push(given);
        return new Float64Array(2).fill(0.5);
      });
      expect(losses).toBe(weighed.at(-1));
      ended++;
    };
    trainer.permit(2);
    await step();
    await step();
    const third = step();
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(2);
    trainer.permit(1);
    await third;
    expect(ended).toBe(3);
    expect(weighed[2]).toEqual(weighed[0]);
  });
});
