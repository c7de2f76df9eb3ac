import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";

import { inOrder } from "../../../src/corpus/prepare/in-order.ts";

const collect = async <T>(results: AsyncIterable<T>): Promise<T[]> => {
  const collected: T[] = [];
  for await (const result of results) collected.push(result);
  return collected;
};

const failFromTwo = async (item: number): Promise<number> => {
  if (item < 2) return item;
  throw new RangeError(`item ${item}`);
};

describe("inOrder", () => {
  it("gives results in the items' order, at most so many ahead", async () => {
    let running = 0;
    let most = 0;
    const run = async (item: number): Promise<number> => {
      most = Math.max(most, ++running);
      await setTimeout((item * 7) % 5);
      running--;
      return item * 10;
    };
    const items = Array.from({ length: 20 }, (_, item) => item);
    expect(await collect(inOrder(items, 3, run))).toEqual(items.map((item) => item * 10));
    expect(most).toBe(3);
  });

  it("ends with the first failure in order, and leaves no other unhandled", async () => {
    const seen: number[] = [];
    const consume = async (): Promise<void> => {
      for await (const item of inOrder([0, 1, 2, 3, 4], 4, failFromTwo)) seen.push(item);
    };
    await expect(consume()).rejects.toThrow("item 2");
    expect(seen).toEqual([0, 1]);
  });

  it("gives nothing for nothing", async () => {
    expect(await collect(inOrder([], 1, async () => 1))).toEqual([]);
  });
});
