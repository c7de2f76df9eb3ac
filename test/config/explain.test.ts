import { describe, expect, it } from "vitest";
import { z } from "zod";

import { explain } from "../../src/config/explain.ts";
import { pipelineSchema } from "../../src/config/schema.ts";

const issueOf = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error!.issues[0]!;

describe("explain", () => {
  it("words a rule with subject, rule, value and place", () => {
    const schema = z.strictObject({ a: z.strictObject({ b: z.number().min(2) }) });
    const value = { a: { b: 1 } };
    const origin = { placeOf: () => ({ path: "p.yaml", line: 12 }) };
    expect(explain(issueOf(schema, value), value, origin).message).toBe(
      "a.b must be at least 2, got 1 (a.b, p.yaml:12)",
    );
  });

  it("goes into the branch of a union that came furthest", () => {
    const schema = z.union([z.number(), z.strictObject({ kind: z.literal("x"), n: z.number() })]);
    const value = { kind: "x", n: "no" };
    expect(explain(issueOf(schema, value), value, { placeOf: () => ({}) }).message).toBe(
      'n must be a number, got "no" (n)',
    );
  });

  it("says that a key belongs to another kind", () => {
    const value = { steps: 1, corpus: { manifest: "x" }, engine: { kind: "tfjs", threads: 2 } };
    const error = explain(issueOf(pipelineSchema, value), value, { placeOf: () => ({ line: 3 }) });
    expect([error.message, error.hint]).toEqual([
      "engine.threads is not a key that a pipeline knows (engine.threads)",
      "it is a key of another kind; remove it, or change the kind",
    ]);
  });

  it("finds the value that a misspelt one was meant to be", () => {
    const value = { steps: 1, corpus: { manifest: "x" }, weighing: { strategy: "linuper" } };
    const error = explain(issueOf(pipelineSchema, value), value, { placeOf: () => ({}) });
    expect(error.hint).toBe("did you mean linupper?");
  });

  it("finds a key that belongs elsewhere", () => {
    const value = { steps: 1, corpus: { manifest: "x" }, learningRate: 2 };
    const error = explain(issueOf(pipelineSchema, value), value, { placeOf: () => ({ line: 3 }) });
    expect(error.hint).toBe("did you mean training.learningRate?");
  });

  it("lists what is known here where a key is known nowhere", () => {
    const value = { steps: 1, corpus: { manifest: "x" }, checkpoint: { often: 2 } };
    const error = explain(issueOf(pipelineSchema, value), value, { placeOf: () => ({}) });
    expect(error.hint).toBe("known keys here: everySteps, retain");
  });

  it("names the kinds there are, also where one may be left out", () => {
    const schema = z.strictObject({
      model: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("gpt").default("gpt") }),
        z.strictObject({ kind: z.literal("regression") }),
      ]),
    });
    const value = { model: { kind: "rnn" } };
    expect(explain(issueOf(schema, value), value, { placeOf: () => ({}) }).message).toBe(
      'model.kind must be gpt or regression, got "rnn" (model.kind)',
    );
  });

  it("says the whole pipeline when the path is empty", () => {
    expect(explain(issueOf(z.strictObject({}), 3), 3, { placeOf: () => ({}) }).message).toBe(
      "the pipeline must be a map of keys, got 3",
    );
  });
});
