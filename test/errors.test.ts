import { describe, expect, it } from "vitest";

import {
  ConfigError,
  CounterweightError,
  EngineError,
  LedgerError,
  SamplerError,
  ShardError,
  SourceError,
  StorageError,
  exitCodeOf,
  fromErrorMessage,
  mustBe,
  toErrorMessage,
} from "../src/errors.ts";

describe("errors", () => {
  it("say subject, rule, value, place and fix", () => {
    const error = new ConfigError(mustBe("sampler.keep", "in (0, 1]", 1.5), {
      path: "run.yaml",
      line: 7,
      keyPath: "sampler.keep",
      hint: "edit it",
    });
    expect(error.message).toBe("sampler.keep must be in (0, 1], got 1.5 (sampler.keep, run.yaml:7)");
    expect(error.hint).toBe("edit it");
    expect(error.problem).toBe("sampler.keep must be in (0, 1], got 1.5");
  });

  it("quote text values and name places inside a shard", () => {
    const error = new ShardError(mustBe("the codec", "one of none, snappy", "lzo"), {
      uri: "a.parquet",
      block: 3,
      row: 12,
    });
    expect(error.message).toBe(
      'the codec must be one of none, snappy, got "lzo" (a.parquet, block 3, row 12)',
    );
  });

  it.each([
    [new ConfigError("x"), "ConfigError", "CW_CONFIG", 2],
    [new SamplerError("x"), "SamplerError", "CW_SAMPLER", 2],
    [new SourceError("x"), "SourceError", "CW_SOURCE", 3],
    [new ShardError("x"), "ShardError", "CW_SHARD", 3],
    [new LedgerError("x"), "LedgerError", "CW_LEDGER", 4],
    [new EngineError("x"), "EngineError", "CW_ENGINE", 5],
    [new StorageError("x"), "StorageError", "CW_STORAGE", 6],
    [new CounterweightError("CW_INTERRUPTED", "x"), "CounterweightError", "CW_INTERRUPTED", 130],
  ])("%s has its name, code and exit code", (error, name, code, exitCode) => {
    expect([error.name, error.code, exitCodeOf(error)]).toEqual([name, code, exitCode]);
  });

  it("anything else is a bug of ours", () => {
    expect(exitCodeOf(new TypeError("x"))).toBe(1);
  });

  it("cross a worker's boundary as plain data and come back as the same class", () => {
    const error = new EngineError("a loss is not a number", { step: 9, row: 2, hint: "lower the rate" });
    const back = fromErrorMessage(structuredClone(toErrorMessage(error)));
    expect(back).toBeInstanceOf(EngineError);
    expect([back.message, (back as EngineError).hint]).toEqual([error.message, "lower the rate"]);
  });

  it("a bug crosses with its stack, and a thrown value that is no error with its text", () => {
    const bug = new TypeError("undefined is not a function");
    const back = fromErrorMessage(structuredClone(toErrorMessage(bug)));
    expect(back).not.toBeInstanceOf(CounterweightError);
    expect(back.stack).toBe(bug.stack);
    expect(fromErrorMessage(toErrorMessage("just text")).message).toBe("just text");
  });
});
