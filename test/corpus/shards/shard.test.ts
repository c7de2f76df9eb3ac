import { describe, expect, it } from "vitest";

import { checkFooterHash, decoding } from "../../../src/corpus/shards/shard.ts";
import { ShardError } from "../../../src/errors.ts";

describe("decoding bytes that may be damaged", () => {
  it("turns whatever is thrown into a ShardError with its place and cause", () => {
    const cause = new TypeError("x is not a function");
    const fail = (): never =>
      decoding({ uri: "a", block: 2, row: 7, hint: "not this" }, "the page", () => {
        throw cause;
      });
    expect(fail).toThrow("the page cannot be read: x is not a function (a, block 2, row 7)");
    expect(fail).toThrow(ShardError);
    expect(fail).toThrow(
      expect.objectContaining({ cause, hint: "put the original shard back, or prepare the corpus again" }),
    );
    expect(decoding({ uri: "a" }, "the page", () => 3)).toBe(3);
  });

  it("leaves a ShardError as it is", () => {
    const ours = new ShardError("ours");
    const fail = (): never =>
      decoding({ uri: "a" }, "the page", () => {
        throw ours;
      });
    expect(fail).toThrow(ours);
  });

  it("refuses a footer of another hash, when one is expected", () => {
    expect(() => checkFooterHash("a", "1", "2")).toThrow(
      "the shard was altered: its footer is not the one that the manifest names (a)",
    );
    expect(() => checkFooterHash("a", "1", undefined)).not.toThrow();
  });
});
