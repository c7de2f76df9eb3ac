import { describe, expect, it } from "vitest";
import { z } from "zod";

import {
  engineOptions,
  evaluationOptions,
  modelOptions,
  trainingOptions,
} from "../../src/training/options.ts";

const schemas = { modelOptions, trainingOptions, engineOptions, evaluationOptions };
const problemsOf = (schema: z.ZodType, value: unknown): string[] => {
  const { error } = schema.safeParse(value);
  return error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
};

/** Keys of a schema, or of every member of a union, with what the JSON Schema says of them. */
const keysOf = (schema: z.ZodType): [string, { description?: string }][] => {
  const { properties, oneOf, anyOf } = z.toJSONSchema(schema, { io: "input" });
  const members = properties ? [{ properties }] : (oneOf ?? anyOf ?? []);
  return members
    .flatMap((member) => Object.entries(member.properties ?? {}))
    .map(([key, property]) => [key, typeof property === "object" ? property : {}]);
};

describe("the options of training", () => {
  it("have these defaults", () => {
    expect(Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schema.parse({})])))
      .toMatchInlineSnapshot(`
        {
          "engineOptions": {
            "backend": "cpu",
            "kind": "onnx",
            "threads": 2,
          },
          "evaluationOptions": {
            "everySteps": 200,
            "rows": 128,
          },
          "modelOptions": {
            "biases": true,
            "context": null,
            "from": null,
            "heads": null,
            "kind": "gpt",
            "layers": null,
            "vocabSize": null,
            "width": null,
          },
          "trainingOptions": {
            "batchSize": 16,
            "beta1": 0.9,
            "beta2": 0.95,
            "clipNorm": 1,
            "epsilon": 1e-8,
            "learningRate": 0.001,
            "microBatchSize": null,
            "minLearningRate": null,
            "warmupSteps": 50,
            "weightDecay": 0.1,
          },
        }
      `);
  });

  it("takes TensorFlow itself where tfjs is named", () => {
    expect(engineOptions.parse({ kind: "tfjs" })).toEqual({ kind: "tfjs", backend: "tensorflow" });
  });

  it.each(Object.entries(schemas))("%s describe every key", (_, schema) => {
    const keys = keysOf(schema);
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.filter(([, property]) => typeof property.description !== "string")).toEqual([]);
  });

  it.each(Object.entries(schemas))("%s refuse keys they do not know", (_, schema) => {
    expect(problemsOf(schema, { surplus: 1 })).toEqual([': Unrecognized key: "surplus"']);
  });

  it("may change on resume only where it cannot change what was computed", () => {
    const changing = Object.entries(schemas).flatMap(([name, schema]) =>
      keysOf(schema)
        .filter(([, property]) => "changesOnResume" in property)
        .map(([key]) => `${name}.${key}`),
    );
    expect(changing).toEqual(["evaluationOptions.everySteps", "evaluationOptions.rows"]);
  });

  it.each([
    [modelOptions, { heads: 5 }, "heads: must divide model.width"],
    [modelOptions, { layers: 0 }, "layers: Too small: expected number to be >=1"],
    [trainingOptions, { batchSize: 16, microBatchSize: 5 }, "microBatchSize: must divide training.batchSize"],
    [trainingOptions, { minLearningRate: 1 }, "minLearningRate: must be at most training.learningRate"],
    [trainingOptions, { beta2: 1 }, "beta2: Too big: expected number to be <1"],
    [trainingOptions, { clipNorm: 0 }, "clipNorm: Too small: expected number to be >0"],
    [engineOptions, { threads: 0 }, "threads: Too small: expected number to be >=1"],
    [
      engineOptions,
      { backend: "cuda" },
      "backend: must be cpu or webgpu; other backends go with engine.kind=tfjs",
    ],
    [
      engineOptions,
      { kind: "torch" },
      "kind: Invalid discriminator value. Expected 'onnx' | 'undefined' | 'tfjs'",
    ],
    [
      engineOptions,
      { kind: "tfjs", backend: "webgpu" },
      'backend: Invalid option: expected one of "tensorflow"|"wasm"|"cpu"',
    ],
    [engineOptions, { kind: "tfjs", threads: 2 }, ': Unrecognized key: "threads"'],
    [evaluationOptions, { everySteps: 0 }, "everySteps: Too small: expected number to be >=1"],
  ] as const)("refuse what cannot be", (schema, value, problem) => {
    expect(problemsOf(schema, value)).toEqual([problem]);
  });
});
