import { expect, it } from "vitest";

import { blockOrder } from "../../src/sampler/block-order.ts";

it("keeps its orders: sampling version 1, by which every saved run goes on", () => {
  // A change here would make resumed runs repeat and skip data. It needs a new sampling version, which old states refuse.
  expect(Array.from(blockOrder(1, "book", 0, 10))).toEqual([6, 2, 9, 5, 1, 4, 0, 7, 3, 8]);
  expect(Array.from(blockOrder(1, "book", 1, 10))).toEqual([9, 8, 2, 0, 7, 6, 3, 4, 1, 5]);
  expect(Array.from(blockOrder(1, "code", 0, 10))).toEqual([7, 3, 1, 0, 9, 5, 8, 6, 4, 2]);
  expect(Array.from(blockOrder("seed", "book", 0, 10))).toEqual([0, 1, 8, 5, 6, 9, 7, 2, 4, 3]);
});

it("visits every block once a pass", () => {
  for (const count of [1, 2, 17, 1500])
    expect(new Set(blockOrder(5, "d", 3, count))).toEqual(
      new Set(Array.from({ length: count }, (_, i) => i)),
    );
});
