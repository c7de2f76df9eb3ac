import { describe, expect, it } from "vitest";

import { askJson } from "../../src/bin/ask-json.ts";
import { createManifest } from "../../src/corpus/manifest.ts";
import type { RunAnswers } from "../../src/study/questions/ask-run.ts";
import type { NamedContents } from "../../src/study/questions/named-contents.ts";
import { plainParts } from "../support/corpus-on-disk.ts";

const manifest = createManifest({ seqLen: 8, tokenDtype: "uint16", ...plainParts(2), shards: [] });
const nothing: RunAnswers = {
  branch: 0,
  steps: { first: 5, last: 12 },
  meanLoss: null,
  hardest: null,
  noisiest: null,
  forgotten: null,
  neverVisited: null,
  duplicates: null,
};
const contents: NamedContents = { of: ({ row }) => ({ tokens: [row], text: "\u001b" }), missing: null };
const objectOf = (answers: Partial<RunAnswers>, named = contents): unknown =>
  JSON.parse(askJson({ ...nothing, ...answers }, manifest, named));

describe("answers as JSON", () => {
  it("have the keys of what was asked", () => {
    expect(objectOf({})).toEqual({ branch: 0, steps: { first: 5, last: 12 } });
  });

  it("have sums and means with all digits, null where there is none, and the buckets that the log has", () => {
    const sum = 0.1 + 0.2;
    const meanLoss = {
      domains: 2,
      stepsPerBucket: 4,
      buckets: 4,
      count: Float64Array.of(0, 0, 3, 0, 0, 0, 0, 2),
      sum: Float64Array.of(0, 0, sum, 0, 0, 0, 0, 1),
      mean: Float64Array.of(
        Number.NaN,
        Number.NaN,
        sum / 3,
        Number.NaN,
        Number.NaN,
        Number.NaN,
        Number.NaN,
        0.5,
      ),
      masked: Float64Array.of(0, 0, 0, 7, 0, 0, 0, 0),
    };
    const none = { losses: 0, sum: 0, mean: null, masked: 0 };
    expect(objectOf({ meanLoss })).toMatchObject({
      byDomain: {
        stepsPerBucket: 4,
        buckets: [
          {
            first: 5,
            last: 7,
            domains: [
              { domain: "domain-0", losses: 3, sum, mean: sum / 3, masked: 0 },
              { domain: "domain-1", ...none, masked: 7 },
            ],
          },
          { first: 8, last: 11, domains: [none, none] },
          { first: 12, last: 12, domains: [none, { losses: 2, sum: 1, mean: 0.5 }] },
        ],
      },
    });
    expect(objectOf({ meanLoss: { ...meanLoss, buckets: 0 } })).toMatchObject({ byDomain: { buckets: [] } });
  });

  it("have instances with their domain's name and what they say", () => {
    const ranked = {
      shard: 1,
      row: 17,
      domain: 1,
      visits: 1,
      firstLoss: 2,
      lastLoss: 2,
      minLoss: 2,
      maxLoss: 2,
      mean: 2,
      variance: Number.NaN,
      drop: 0,
      forgetting: 0,
      lastStep: 9,
    };
    const counts = { instances: 9, repeated: 1, heldOutInTraining: 0 };
    const pair = [
      { shard: 0, row: 3 },
      { shard: 1, row: 4 },
    ];
    expect(
      objectOf({
        hardest: [ranked],
        noisiest: [],
        neverVisited: [{ instances: 9, neverVisited: 1, sample: [{ shard: 0, row: 8 }] }],
        duplicates: { domains: [counts], groups: 1, largest: [pair] },
      }),
    ).toEqual({
      branch: 0,
      steps: { first: 5, last: 12 },
      hardest: [{ ...ranked, domain: "domain-1", variance: null, tokens: [17], text: "\u001b" }],
      noisiest: [],
      neverVisited: [
        {
          domain: "domain-0",
          instances: 9,
          neverVisited: 1,
          sample: [{ shard: 0, row: 8, tokens: [8], text: "\u001b" }],
        },
      ],
      duplicates: {
        groups: 1,
        domains: [{ domain: "domain-0", ...counts }],
        largest: [{ instances: pair, tokens: [3], text: "\u001b" }],
      },
    });
  });

  it("say why there are no texts", () => {
    expect(objectOf({}, { of: () => null, missing: "gone" })).toMatchObject({ textsMissing: "gone" });
  });
});
