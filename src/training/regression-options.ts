/** @file Options of the linear regression: a small second model on which weighing can be studied in seconds. */
import { z } from "zod";

/** What is to be learnt, and how its labels are spoilt. */
export interface RegressionOptions {
  readonly kind: "regression";
  /** D, entries of x. */
  readonly dimensions: number;
  /** Variance of entry j, from 1, is j^−decay. */
  readonly decay: number;
  /** Standard deviation of the label noise. */
  readonly noise: number;
  /** Fraction of instances with a gross error, and its size, of either sign. */
  readonly outlierRate: number;
  readonly outlierSize: number;
}

/** The same as a user writes it: defaults may be left out. */
export type RegressionInput = { readonly kind: "regression" } & {
  readonly [Key in Exclude<keyof RegressionOptions, "kind">]?: RegressionOptions[Key] | undefined;
};

/** Schema of `model` when its kind is regression. */
export const regressionOptions: z.ZodType<RegressionOptions, RegressionInput> & z.core.$ZodTypeDiscriminable =
  z
    .strictObject({
      kind: z
        .literal("regression")
        .describe(
          "Linear regression on made-up instances, by plain gradient descent: of `training` batchSize and the learning rate's keys count.",
        ),
      dimensions: z.int().min(1).max(4096).default(50).describe("Entries of x, and parameters."),
      decay: z.number().min(0).max(4).default(0.5).describe("Entry j of x has variance j^-decay."),
      noise: z.number().min(0).default(0).describe("Standard deviation of the noise on training labels."),
      outlierRate: z
        .number()
        .min(0)
        .max(1)
        .default(0)
        .describe("Fraction of training instances with a gross error."),
      outlierSize: z.number().min(0).default(10).describe("Size of that error; its sign is random."),
    })
    .describe(
      "Linear regression: x from the instance's ordinal, y = x·truth, spoilt for training as the options say.",
    );
