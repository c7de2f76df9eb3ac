import { stripVTControlCharacters } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";

import { report } from "../../src/bin/report-error.ts";
import { ConfigError, CounterweightError, StorageError } from "../../src/errors.ts";

afterEach(() => vi.restoreAllMocks());

const reported = (error: unknown, debug = false): string => {
  let said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  report(error, debug);
  return stripVTControlCharacters(said);
};

describe("what a user sees of an error", () => {
  it("is what, where and what to do; no stack trace", () => {
    const error = new ConfigError("steps must be at least 1, got 0", {
      keyPath: "steps",
      path: "a.yaml",
      line: 3,
      hint: "edit steps",
    });
    expect(reported(error)).toBe(
      "error: steps must be at least 1, got 0 (steps, a.yaml:3)\nhint:  edit steps\n",
    );
  });

  it("says nothing where there is no advice", () => {
    expect(reported(new CounterweightError("CW_INTERRUPTED", "the run was stopped"))).toBe(
      "stopped: the run was stopped\n",
    );
  });

  it("with --debug has the stack of the error and of its causes", () => {
    const cause = new Error("ENOSPC: no space left on device");
    const said = reported(new StorageError("cannot write a", { errno: "ENOSPC" }, cause), true);
    expect(said).toMatch(/^error: cannot write a \(ENOSPC\)\n/);
    expect(said).toMatch(/^StorageError: cannot write a.*\n {4}at /m);
    expect(said).toMatch(/^caused by Error: ENOSPC: no space left on device\n {4}at /m);
  });

  it("of anything else says that it is ours, with the stack", () => {
    const said = reported(new TypeError("x is not a function"));
    expect(said).toMatch(/^bug: this is a defect of counterweight, please report it with the lines below\n/);
    expect(said).toMatch(/^TypeError: x is not a function\n {4}at /m);
    expect(reported("thrown words")).toContain("\nthrown words\n");
  });
});
