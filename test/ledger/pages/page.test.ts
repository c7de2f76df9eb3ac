import { describe, expect, it } from "vitest";

import { Page, pageWords } from "../../../src/ledger/pages/page.ts";

describe("a page", () => {
  it("knows nothing of rows never seen", () => {
    const page = new Page(3);
    expect([...page.visits, ...page.lastStep]).toEqual([0, 0, 0, 0, 0, 0]);
    for (const column of [page.lastLoss, page.previousLoss, page.emaLoss, page.minLoss, page.correction])
      expect([...column]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it("starts the average at the first loss, then moves it by alpha, in float64 rounded to float32", () => {
    const page = new Page(2);
    page.visit(1, 4, 3, 0.5, 0.3);
    expect([page.emaLoss[1], page.minLoss[1], page.previousLoss[1]]).toEqual([3, 3, Number.NaN]);
    page.visit(1, 9, 2, 2, 0.3);
    expect([page.visits[1], page.lastStep[1], page.lastLoss[1], page.previousLoss[1]]).toEqual([2, 9, 2, 3]);
    expect([page.emaLoss[1], page.minLoss[1], page.correction[1]]).toEqual([
      Math.fround(3 + 0.3 * (2 - 3)),
      2,
      2,
    ]);
    page.visit(1, 10, 5, 1, 0.3);
    expect(page.minLoss[1]).toBe(2);
    expect(page.visits[0]).toBe(0);
  });

  it("puts a row back bit for bit", () => {
    const page = new Page(3);
    page.visit(2, 1, 1.5, 1, 0.3);
    const before = page.words.slice();
    const taken = new Uint32Array(2 * pageWords);
    page.takeRow(2, taken, pageWords);
    page.visit(2, 2, 0.1, 3, 0.3);
    expect(page.words).not.toEqual(before);
    page.putRow(2, taken, pageWords);
    expect(page.words).toEqual(before);
  });

  it("is its bytes", () => {
    const page = new Page(4);
    page.visit(0, 7, 2.25, 1, 0.3);
    const copy = new Page(4, new Uint32Array(page.bytes.slice().buffer));
    expect(copy).toEqual(page);
    expect(page.floats.buffer).toBe(page.words.buffer);
    expect([page.words[0], page.words[4], page.floats[8]]).toEqual([1, 7, 2.25]);
    expect(page.bytes.byteLength).toBe(4 * 28);
  });
});
