import { describe, expect, it } from "vitest";

import { askText } from "../../src/bin/ask-text.ts";
import { createManifest } from "../../src/corpus/manifest.ts";
import type { RunAnswers } from "../../src/study/questions/ask-run.ts";
import type { NamedContents } from "../../src/study/questions/named-contents.ts";
import { plainParts } from "../support/corpus-on-disk.ts";

const parts = plainParts(2);
const manifest = createManifest({
  seqLen: 8,
  tokenDtype: "uint16",
  ...parts,
  domains: parts.domains.map((domain, number) => ({ ...domain, name: ["novel", "code\u001b"][number]! })),
  shards: [],
});
const nothing: RunAnswers = {
  branch: 1,
  steps: { first: 1, last: 600 },
  meanLoss: null,
  hardest: null,
  noisiest: null,
  forgotten: null,
  neverVisited: null,
  duplicates: null,
};
const contents: NamedContents = {
  of: ({ shard, row }) => ({ tokens: [], text: `text\nof ${shard}:${row}` }),
  missing: null,
};
const textOf = (answers: Partial<RunAnswers>, named = contents): string =>
  askText({ ...nothing, ...answers }, manifest, named, 100);

const ranked = {
  shard: 3,
  row: 17,
  domain: 1,
  visits: 3,
  firstLoss: 6.5,
  lastLoss: 4.25,
  minLoss: 4.125,
  maxLoss: 6.5,
  mean: 5,
  variance: 1.5625,
  drop: 2.25,
  forgetting: 0.125,
  lastStep: 580,
};

describe("answers as text", () => {
  it("begin with what they are about", () => {
    expect(textOf({})).toBe("steps 1 to 600 of branch 1; losses in nats per token\n");
    expect(textOf({ steps: { first: 301, last: 600 } })).toBe(
      "steps 301 to 600 of branch 1, whose rows the log has kept; losses in nats per token\n",
    );
    expect(textOf({ steps: { first: 0, last: 0 }, hardest: [] })).toMatch(
      /^the run has taken no step\n\nhardest: .*: there are none\n$/,
    );
  });

  it("have a row for each bucket of steps that the log has, and a mean over all domains", () => {
    const meanLoss = {
      domains: 2,
      stepsPerBucket: 100,
      buckets: 4,
      count: Float64Array.of(0, 0, 0, 0, 4, 0, 3, 1),
      sum: Float64Array.of(0, 0, 0, 0, 12, 0, 6, 4),
      mean: Float64Array.of(Number.NaN, Number.NaN, Number.NaN, Number.NaN, 3, Number.NaN, 2, 4),
      masked: Float64Array.of(0, 0, 0, 0, 1000, 0, 0, 234),
    };
    expect(
      textOf({ meanLoss, steps: { first: 250, last: 300 } })
        .split("\n")
        .slice(2),
    ).toEqual([
      "mean loss by domain",
      "steps    novel  code\\u{1b}    all",
      "250-299  3.000           -  3.000",
      "300      2.000       4.000  2.500",
      "1,234 losses were not finite: no mean has them",
      "",
    ]);
    const masked = new Float64Array(8);
    expect(textOf({ meanLoss: { ...meanLoss, masked } })).not.toContain("finite");
    expect(textOf({ meanLoss: { ...meanLoss, masked } })).toMatch(/\n1-99 +- +- +-\n100-199 +- +- +-\n/);
  });

  it("show each ranked instance with its losses and the beginning of its text", () => {
    const once = { ...ranked, row: 18, domain: 0, visits: 1, variance: Number.NaN };
    expect(
      textOf({ hardest: [ranked, once] })
        .split("\n")
        .slice(2),
    ).toEqual([
      "hardest: the highest last losses, of instances visited since step 301",
      "instance      domain  visits  last at  first  lowest   last  std dev  text",
      "3:17      code\\u{1b}       3      580  6.500   4.125  4.250    1.250  text\\nof 3:17",
      "3:18           novel       1      580  6.500   4.125  4.250        -  text\\nof 3:18",
      "",
    ]);
    expect(textOf({ noisiest: [ranked] })).toContain(
      "\n\nnoisiest: the largest spread between visits, of three",
    );
    expect(textOf({ forgotten: [] })).toContain(
      "\n\nforgotten: last losses farthest above the instance's lowest: there are none\n",
    );
  });

  it("count instances never visited, and show some", () => {
    const neverVisited = [
      { instances: 3000, neverVisited: 1500, sample: [{ shard: 0, row: 2 }] },
      { instances: 0, neverVisited: 0, sample: [] },
    ];
    expect(textOf({ neverVisited }).split("\n").slice(2)).toEqual([
      "never visited: 1,500 of 3,000 training instances have no loss",
      "domain      instances  never visited  share",
      "novel            3000           1500  50.0%",
      "code\\u{1b}          0              0      -",
      "",
      "instance  domain  text",
      "0:2       novel   text\\nof 0:2",
      "",
    ]);
    const none = neverVisited.map((domain) => ({ ...domain, sample: [] }));
    expect(textOf({ neverVisited: none, steps: { first: 9, last: 10 } })).toMatch(
      /have no loss since step 9\n.*\n.*\ncode\S+ +0 +0 +-\n$/,
    );
  });

  it("count duplicates, and show the largest groups", () => {
    const domains = [
      { instances: 1000, repeated: 6, heldOutInTraining: 2 },
      { instances: 200, repeated: 0, heldOutInTraining: 0 },
    ];
    const group = Array.from({ length: 6 }, (_, row) => ({ shard: 0, row }));
    const largest = [group, group.slice(0, 2)];
    expect(
      textOf({ duplicates: { domains, groups: 2, largest } })
        .split("\n")
        .slice(2),
    ).toEqual([
      "duplicates: 6 of 1,200 instances, held-out ones included, repeat an earlier one token by token",
      "domain      instances  repeated  share  held out, in training",
      "novel            1000         6   0.6%                      2",
      "code\\u{1b}        200         0   0.0%                      0",
      "",
      "the largest of 2 groups",
      "alike  instances                   text",
      "    6  0:0 0:1 0:2 0:3 and 2 more  text\\nof 0:0",
      "    2  0:0 0:1                     text\\nof 0:0",
      "",
    ]);
    expect(textOf({ duplicates: { domains, groups: 1, largest: [group] } })).toContain(
      "\n\none group\nalike",
    );
    expect(textOf({ duplicates: { domains, groups: 2, largest: [] } })).not.toContain("largest");
    const unlike = domains.map((domain) => ({ ...domain, repeated: 0 }));
    expect(textOf({ duplicates: { domains: unlike, groups: 0, largest: [] } })).toMatch(
      /\n\nduplicates: 0 of 1,200 .* token by token\n$/,
    );
  });

  it("say why there are no texts", () => {
    const text = textOf({ hardest: [ranked] }, { of: () => null, missing: "gone (d0.parquet)" });
    expect(text).toMatch(/\n3:17 .* 1\.250\n\ntexts are left out: gone \(d0\.parquet\)\n$/);
  });
});
