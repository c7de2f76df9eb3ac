import { describe, expect, it } from "vitest";

import { ConfigError } from "../../../src/errors.ts";
import { sqlError } from "../../../src/study/query/sql-error.ts";

const thrown = (message: string): Error => Object.assign(new TypeError(message), { name: "Error" });

describe("what DuckDB throws", () => {
  it("is a mistake in the SQL, in DuckDB's words, with a hint where we have one", () => {
    const hintOf = (message: string): unknown => {
      const error = sqlError(thrown(message));
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({ code: "CW_CONFIG", message });
      return error instanceof ConfigError ? (error.hint ?? null) : undefined;
    };
    expect(hintOf('Parser Error: syntax error at or near "x"\n\nLINE 1: x\n        ^')).toBeNull();
    expect(hintOf('Binder Error: Referenced column "x" not found')).toBe(
      "--schema lists the columns of every view",
    );
    expect(hintOf("Catalog Error: Table with name x does not exist!")).toContain(
      "the views are observations",
    );
    expect(hintOf('Permission Error: Cannot access file "x"')).toContain("--allow-files");
    expect(hintOf('Invalid Input Error: Cannot change configuration option "threads"')).toContain(
      "--allow-files",
    );
    expect(hintOf("Out of Memory Error: could not allocate block")).toContain("export the run");
    expect(hintOf("Conversion Error: Could not convert string 'a' to INT32")).toBeNull();
  });

  it("loses the prefix that tells of the binding's function", () => {
    expect(sqlError(thrown("Failed to extract statements: Parser Error: near x\n"))).toMatchObject({
      message: "Parser Error: near x",
    });
  });

  it("is an interruption, or a full disk, where it says so", () => {
    expect(sqlError(thrown("INTERRUPT Error: Interrupted!"))).toMatchObject({
      code: "CW_INTERRUPTED",
      message: "the query was stopped",
    });
    expect(sqlError(thrown('IO Error: Could not write file "x": No space left on device'))).toMatchObject({
      code: "CW_STORAGE",
      message: "cannot write what the query has no memory for (write, ENOSPC)",
    });
  });

  it("stays what it is where it is no mistake of the user's, and where it is one of ours", () => {
    for (const error of [
      thrown("INTERNAL Error: Attempted to dereference"),
      thrown("FATAL Error: gone"),
      new TypeError("x is not a function"),
      new ConfigError("there is no SQL to run"),
      "text",
    ])
      expect(sqlError(error)).toBe(error);
  });
});
