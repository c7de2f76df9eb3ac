/** @file A trainer that computes nothing, and steps only when it is let. */
import type { Trainer } from "../../training/trainer.ts";
import { lossesOf } from "./ledger-cases.ts";

/** A trainer whose steps wait for permission. */
export interface NullTrainer extends Trainer {
  /** Lets so many more steps pass. */
  permit(steps: number): void;
}

/** A trainer that gives a row the same loss always, spread over rows, and takes its weights from `weigh`. */
export const createNullTrainer = (): NullTrainer => {
  let permitted = 0;
  let release: (() => void) | undefined;
  return {
    name: "null",
    permit(steps) {
      permitted += steps;
      release?.();
      release = undefined;
    },
    async step({ draws }, weigh) {
      if (permitted === 0)
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      permitted--;
      const losses = lossesOf(draws);
      weigh(losses);
      return { losses };
    },
  };
};
