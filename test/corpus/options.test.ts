import { describe, expect, it } from "vitest";
import { z } from "zod";

import { corpusOptions } from "../../src/corpus/options.ts";

describe("corpus options", () => {
  it("need a manifest only", () => {
    expect(corpusOptions.parse({ manifest: "m.json" })).toEqual({
      kind: "shards",
      manifest: "m.json",
      verify: "read",
      cacheBytes: null,
    });
  });

  it("make instances up by their number", () => {
    expect(corpusOptions.parse({ kind: "synthetic", instances: 5 })).toEqual({
      kind: "synthetic",
      instances: 5,
      heldOut: 1000,
      blockRows: 4096,
    });
    const wrong = [{}, { instances: 0 }, { instances: 5, heldOut: 0 }, { instances: 5, manifest: "m.json" }];
    expect(wrong.filter((input) => corpusOptions.safeParse({ kind: "synthetic", ...input }).success)).toEqual(
      [],
    );
  });

  it("refuse other kinds, keys and bounds", () => {
    const pathOf = (value: unknown): unknown => corpusOptions.safeParse(value).error?.issues[0]?.path;
    expect(pathOf({})).toEqual(["manifest"]);
    expect(pathOf({ kind: "cloud", manifest: "m" })).toEqual(["kind"]);
    expect(pathOf({ manifest: "m", cacheBytes: 1000 })).toEqual(["cacheBytes"]);
    expect(corpusOptions.safeParse({ manifest: "m", cache: 1 }).success).toBe(false);
  });

  it("describe every key for editors, and say which may change on resume", () => {
    const { oneOf } = z.toJSONSchema(corpusOptions, { io: "input" });
    const keys = (oneOf ?? [])
      .flatMap(({ properties }) => Object.entries(properties ?? {}))
      .map(([key, property]) => ({ key, property: typeof property === "object" ? property : {} }));
    expect(keys).toHaveLength(8);
    expect(keys.filter(({ property }) => property.description === undefined)).toEqual([]);
    const free = keys.filter(({ property }) => property["changesOnResume"] === true);
    expect(free.map(({ key }) => key)).toEqual(["verify", "cacheBytes"]);
  });
});
