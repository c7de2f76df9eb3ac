import { describe, expect, it } from "vitest";

import { gridOf, parseVaried } from "../../../src/study/compare/grid.ts";

describe("parseVaried", () => {
  it.each([
    ["weighing.strategy=uniform,linupper", ["uniform", "linupper"]],
    ["a=1", ["1"]],
    ["a= 1 , 2e-3 ", ["1", "2e-3"]],
    ["weighing.quantiles=null,[0.05, 0.95]", ["null", "[0.05, 0.95]"]],
    [
      "weighing.schedule={kind: burnIn, steps: 10},{kind: constant}",
      ["{kind: burnIn, steps: 10}", "{kind: constant}"],
    ],
    [`seed="a,b",'c]',d`, [`"a,b"`, `'c]'`, "d"]],
    ["corpus.manifest=x=y.json,z.json", ["x=y.json", "z.json"]],
  ])("%s", (text, values) => {
    expect(parseVaried(text)).toEqual({ keyPath: text.split("=")[0], values });
  });

  it.each(["steps", "steps=", "=1,2", "steps=1,,2", "steps=1,"])("refuses %s", (text) => {
    expect(() => parseVaried(text)).toThrow(`--vary must be key.path=a,b,…, got "${text}"`);
  });
});

describe("gridOf", () => {
  it("has every combination, the last key fastest", () => {
    expect(
      gridOf([
        { keyPath: "a", values: ["1", "2"] },
        { keyPath: "b.c", values: ["x", "y", "z"] },
      ]),
    ).toEqual([
      ["a=1", "b.c=x"],
      ["a=1", "b.c=y"],
      ["a=1", "b.c=z"],
      ["a=2", "b.c=x"],
      ["a=2", "b.c=y"],
      ["a=2", "b.c=z"],
    ]);
  });

  it("refuses a key given twice", () => {
    const key = { keyPath: "a", values: ["1"] };
    expect(() => gridOf([key, { ...key, values: ["2"] }])).toThrow(
      'a key of --vary must be given once, got "a"',
    );
  });
});
