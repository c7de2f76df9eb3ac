import { describe, expect, it } from "vitest";

import { csvLine, jsonRow, resultTable, schemaText } from "../../src/bin/query-text.ts";
import { column, nullableColumn } from "../../src/study/export/run-table.ts";

describe("a result as a table", () => {
  it("has numbers to the right with the same decimals, everything else to the left", () => {
    expect(
      resultTable(
        ["n", "domain", "loss", "rate"],
        [
          [6727, "novel", 5.064923127161476, 0.5],
          [12, "code", 12.25, 0.25],
          [null, null, null, null],
        ],
        0,
      ),
    ).toBe(
      [
        "   n  domain     loss  rate",
        "6727  novel    5.0649  0.50",
        "  12  code    12.2500  0.25",
        "NULL  NULL       NULL  NULL",
        "",
      ].join("\n"),
    );
  });

  it("shows six digits of numbers whose sizes are far apart, and all of whole ones", () => {
    expect(resultTable(["x"], [[0.000012345678], [1234.56789], [0]], 0)).toBe(
      "           x\n0.0000123457\n     1234.57\n           0\n",
    );
    expect(resultTable(["x"], [[2 ** 53], [12345678901234567890n], [-1]], 0)).toBe(
      "                   x\n    9007199254740992\n12345678901234567890\n                  -1\n",
    );
    expect(resultTable(["x"], [[1234567.5], [0.5], [Number.NaN], [-Infinity]], 0)).toBe(
      "        x\n  1234568\n        1\n      NaN\n-Infinity\n",
    );
  });

  it("shows lists and objects as JSON, long texts by their beginning, and lets nothing act on a terminal", () => {
    const table = resultTable(
      ["\u001b[2Jname", "value"],
      [
        ["\u001b]0;x\u0007\nb", [1, { a: 2n }]],
        ["x".repeat(100), true],
      ],
      0,
    );
    const [head, first, second] = table.split("\n").map((line) => line.split(/ {2,}/));
    expect(head).toEqual(["\\u{1b}[2Jname", "value"]);
    expect(first).toEqual(["\\u{1b}]0;x\\u{7}\\nb", '[1,{"a":"2"}]']);
    expect(second).toEqual([`${"x".repeat(59)}…`, "true"]);
  });

  it("says how many rows there are beyond those shown, or that there are none", () => {
    expect(resultTable(["a"], [[1], [2]], 40)).toBe("a\n1\n2\nand 40 more; --limit 42 shows them all\n");
    expect(resultTable(["a", "b"], [], 0)).toBe("a  b\nno rows\n");
    expect(resultTable(["a"], [], 3)).toBe("a\nand 3 more; --limit 3 shows them all\n");
  });
});

describe("a result for other programs", () => {
  it("is CSV with every digit, quoted where it must be, NULL empty and told from an empty text", () => {
    expect(csvLine([1, 0.1, 12345678901234567890n, "a,b", 'say "x"\n', "", null, true, [1, "b"]])).toBe(
      '1,0.1,12345678901234567890,"a,b","say ""x""\n","",,true,"[1,""b""]"\n',
    );
  });

  it("is JSON: big integers as strings, what is not finite as null", () => {
    expect(jsonRow(["a", "b", "c"], [0.1, 9007199254740993n, [Number.NaN, "x"]])).toBe(
      '{"a":0.1,"b":"9007199254740993","c":[null,"x"]}',
    );
  });
});

it("the views are listed with their columns, types and meanings", () => {
  async function* batches() {}
  const own = [column("step", "uint32", "step, from 1"), nullableColumn("ess", "float64", "sample size")];
  expect(
    schemaText([
      { name: "steps", description: "a row for every step", columns: own, batches },
      { name: "shards", description: "files", columns: [column("uri", "text", "its file")], batches },
    ]),
  ).toBe(
    "steps: a row for every step\n  step  UINTEGER  step, from 1\n  ess   DOUBLE    sample size (or NULL)\n\nshards: files\n  uri  VARCHAR  its file\n",
  );
});
