import { describe, expect, it } from "vitest";
import { z } from "zod";

import { corpusOptions } from "../../src/corpus/options.ts";

describe("corpus options", () => {
  it("need a manifest only", () => {
    expect(corpusOptions.parse({ manifest: "m.json" })).toEqual({
      kind: "shards",
      manifest: "m.json",
      verify: "read",
      cacheBytes: 2 ** 30,
    });
  });

  it("refuse other kinds, keys and bounds", () => {
    const pathOf = (value: unknown): unknown => corpusOptions.safeParse(value).error?.issues[0]?.path;
    expect(pathOf({})).toEqual(["manifest"]);
    expect(pathOf({ kind: "cloud", manifest: "m" })).toEqual(["kind"]);
    expect(pathOf({ manifest: "m", cacheBytes: 1000 })).toEqual(["cacheBytes"]);
    expect(corpusOptions.safeParse({ manifest: "m", cache: 1 }).success).toBe(false);
  });

  it("describe every key for editors", () => {
    const schema = JSON.stringify(z.toJSONSchema(corpusOptions, { io: "input" }));
    expect(schema.match(/"description"/g)).toHaveLength(5);
    expect(schema.match(/"changesOnResume":true/g)).toHaveLength(2);
  });
});
