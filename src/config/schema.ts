/** @file The whole pipeline file as one schema: the stages' options and the run's own. Every default is declared in its stage, once. */
import { z } from "zod";

import { corpusOptions } from "../corpus/options.ts";
import { ledgerOptions } from "../ledger/options.ts";
import { samplerOptions } from "../sampler/options.ts";
import { engineOptions, evaluationOptions, modelOptions, trainingOptions } from "../training/options.ts";
import { weighingOptions } from "../weighing/options.ts";

const checkpointOptions = z
  .strictObject({
    everySteps: z
      .int()
      .min(1)
      .default(200)
      .describe("Steps between checkpoints; the last step and a stop write one too.")
      .meta({ changesOnResume: true }),
    retain: z
      .int()
      .min(1)
      .default(2)
      .describe("Newest checkpoints kept; older ones are removed once a newer one is on disk.")
      .meta({ changesOnResume: true }),
  })
  .describe("When the run's state is written.");

/** The whole pipeline file. Every default is declared in its stage's `options.ts`, once. */
export const pipelineSchema = z
  .strictObject({
    seed: z
      .union([z.string().min(1), z.int()])
      .default("counterweight")
      .describe("Key of every random choice of the run: orders, draws, initial parameters."),
    steps: z.int().min(1).describe("Optimiser steps of the run.").meta({ changesOnResume: true }),
    corpus: corpusOptions,
    sampler: samplerOptions.prefault({}),
    weighing: weighingOptions.prefault({}),
    ledger: ledgerOptions.prefault({}),
    model: modelOptions.prefault({}),
    training: trainingOptions.prefault({}),
    engine: engineOptions.prefault({}),
    evaluation: evaluationOptions.prefault({}),
    checkpoint: checkpointOptions.prefault({}),
  })
  .describe("A counterweight pipeline: one training run as data.");

/** A pipeline file's content as a user writes it: defaults may be left out. */
export type Pipeline = z.input<typeof pipelineSchema>;
/** A checked configuration: every default filled in, paths absolute, frozen. */
export type Config = z.output<typeof pipelineSchema>;

/** The JSON Schema of a pipeline file, as shipped in the package for editors. */
export const jsonSchemaOf = (): object =>
  (jsonSchema ??= z.toJSONSchema(pipelineSchema, { io: "input", unrepresentable: "any" }));
let jsonSchema: object | undefined;
