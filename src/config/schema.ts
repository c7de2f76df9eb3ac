/** @file The whole pipeline file as one schema: the stages' options and the run's own. Every default is declared in its stage, once. */
import { z } from "zod";

import { type CorpusOptions, corpusOptions } from "../corpus/options.ts";
import { type LedgerOptions, ledgerOptions } from "../ledger/options.ts";
import { type SamplerOptions, samplerOptions } from "../sampler/options.ts";
import {
  type EngineOptions,
  type EvaluationOptions,
  type ModelOptions,
  type TrainingOptions,
  engineOptions,
  evaluationOptions,
  modelOptions,
  trainingOptions,
} from "../training/options.ts";
import { type WeighingOptions, weighingOptions } from "../weighing/options.ts";

/** When a run's state is written. */
export interface CheckpointOptions {
  readonly everySteps: number;
  readonly retain: number;
}

type CheckpointInput = { readonly [Key in keyof CheckpointOptions]?: CheckpointOptions[Key] | undefined };

/** A checked configuration: every default filled in, paths absolute, frozen. */
export interface Config {
  readonly seed: string | number;
  readonly steps: number;
  readonly corpus: CorpusOptions;
  readonly sampler: SamplerOptions;
  readonly weighing: WeighingOptions;
  readonly ledger: LedgerOptions;
  readonly model: ModelOptions;
  readonly training: TrainingOptions;
  readonly engine: EngineOptions;
  readonly evaluation: EvaluationOptions;
  readonly checkpoint: CheckpointOptions;
}

/** A pipeline as a user writes it: defaults may be left out. */
export interface Pipeline {
  readonly seed?: string | number | undefined;
  readonly steps: number;
  readonly corpus: z.input<typeof corpusOptions>;
  readonly sampler?: z.input<typeof samplerOptions> | undefined;
  readonly weighing?: z.input<typeof weighingOptions> | undefined;
  readonly ledger?: z.input<typeof ledgerOptions> | undefined;
  readonly model?: z.input<typeof modelOptions> | undefined;
  readonly training?: z.input<typeof trainingOptions> | undefined;
  readonly engine?: z.input<typeof engineOptions> | undefined;
  readonly evaluation?: z.input<typeof evaluationOptions> | undefined;
  readonly checkpoint?: CheckpointInput | undefined;
}

const checkpointOptions: z.ZodType<CheckpointOptions, CheckpointInput> = z
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

/** Schema of a pipeline file. */
export const pipelineSchema: z.ZodType<Config, Pipeline> = z
  .strictObject({
    seed: z
      .union([z.string().min(1), z.int()])
      .default("counterweight")
      .describe("Key of every random choice of the run: orders, draws, initial parameters."),
    steps: z.int().min(1).describe("Optimiser steps of the run.").meta({ changesOnResume: true }),
    corpus: corpusOptions.describe("Where instances come from."),
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

/** A node of a JSON Schema. */
export type SchemaNode = z.core.JSONSchema.BaseSchema;

let jsonSchema: SchemaNode | undefined;
/** The JSON Schema of a pipeline file, as shipped in the package for editors. */
export const jsonSchemaOf = (): SchemaNode =>
  (jsonSchema ??= z.toJSONSchema(pipelineSchema, { io: "input", unrepresentable: "any" }));

/** Keys below a node, those of all its alternatives together, with their nodes. */
export const keysOf = (node: SchemaNode): [string, SchemaNode][] =>
  [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap((branch) =>
    typeof branch === "boolean"
      ? []
      : Object.entries(branch.properties ?? {}).flatMap(([key, child]): [string, SchemaNode][] =>
          typeof child === "boolean" ? [] : [[key, child]],
        ),
  );
