import { describe, expect, it } from "vitest";

import {
  anySegmentOf,
  sealedOf,
  sealedPath,
  segmentOf,
  segmentPath,
} from "../../../src/ledger/log/segment-files.ts";

const odd = [
  "segment-000012.arrows.torn-at-5",
  "segment-1.arrows",
  "journal.jsonl",
  "sealed-000012.arrows.partial-x",
];

describe("names of the log's files", () => {
  it("sort, and are told from others", () => {
    expect([segmentPath("a", 12), sealedPath("a", 12)]).toEqual([
      "a/segment-000012.arrows",
      "a/sealed-000012.arrows",
    ]);
    expect(
      ["segment-000012.arrows", "segment-1234567.arrows", "sealed-000001.arrows"].map(segmentOf),
    ).toEqual([12, 1_234_567, null]);
    expect(["sealed-000012.arrows", "segment-000012.arrows"].map(sealedOf)).toEqual([12, null]);
    expect(odd.flatMap((name) => [segmentOf(name), sealedOf(name)])).toEqual(
      Array.from({ length: 8 }, () => null),
    );
  });

  it("tell whose file it is, whatever became of it", () => {
    expect(odd.map(anySegmentOf)).toEqual([12, 1, 0, 12]);
  });
});
