import { firstValueFrom, lastValueFrom, take, toArray } from "rxjs";
import { describe, expect, it } from "vitest";

import { pull } from "../src/pull.ts";

const tick = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A source that says how many items were asked for, and whether it was ended. */
const counting = (length: number) => {
  const seen = { made: 0, ended: false };
  const items = async function* () {
    try {
      for (let item = 0; item < length; item++) {
        seen.made++;
        yield item;
      }
    } finally {
      seen.ended = true;
    }
  };
  return { seen, items: items() };
};

const double = async (item: number): Promise<number> => {
  await tick();
  return 2 * item;
};

describe("pull over the operator matrix", () => {
  it.each([
    ["empty", 0],
    ["one", 1],
    ["many", 50],
  ])("%s: every item once, in order, then completion", async (_name, length) => {
    const { items } = counting(length);
    const results = await lastValueFrom(pull(items, double, 2).pipe(toArray()));
    expect(results).toEqual(Array.from({ length }, (_, item) => 2 * item));
  });

  it.each([0, 1, 4])("never makes more than %i items ahead of the step that runs", async (ahead) => {
    const { items, seen } = counting(30);
    let stepped = 0;
    let most = 0;
    const results$ = pull(
      items,
      async () => {
        await tick(1);
        most = Math.max(most, seen.made - stepped - 1);
        stepped++;
      },
      ahead,
    );
    await lastValueFrom(results$.pipe(toArray()));
    expect(most).toBe(ahead);
  });

  it("runs one step at a time", async () => {
    let running = 0;
    let most = 0;
    const step = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await tick(1);
      running--;
    };
    await lastValueFrom(pull(counting(10).items, step, 5).pipe(toArray()));
    expect(most).toBe(1);
  });

  it("an error of the source arrives after the results before it", async () => {
    const items = async function* () {
      yield 1;
      yield 2;
      throw new TypeError("the third is broken");
    };
    const results: number[] = [];
    await expect(
      new Promise((resolve, reject) => {
        pull(items(), double, 3).subscribe({
          next: (result) => results.push(result),
          error: reject,
          complete: () => resolve(undefined),
        });
      }),
    ).rejects.toThrow("the third is broken");
    expect(results).toEqual([2, 4]);
  });

  it("an error of a step ends the source, and items made ahead do not become unhandled rejections", async () => {
    const { items, seen } = counting(10);
    const step = async (item: number): Promise<number> => {
      await tick();
      if (item === 3) throw new TypeError("step 3 failed");
      return item;
    };
    await expect(lastValueFrom(pull(items, step, 2))).rejects.toThrow("step 3 failed");
    expect(seen.ended).toBe(true);
  });

  it("unsubscribing early ends the source after the step in flight", async () => {
    const { items, seen } = counting(1000);
    const results = await firstValueFrom(pull(items, double, 1).pipe(take(3), toArray()));
    await tick(5);
    expect(results).toEqual([0, 2, 4]);
    expect(seen.ended).toBe(true);
    expect(seen.made).toBeLessThanOrEqual(5);
  });

  it("a source that never answers emits nothing and can be left", async () => {
    const items = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
    let emitted = 0;
    const subscription = pull(items, double).subscribe(() => emitted++);
    await tick(5);
    subscription.unsubscribe();
    expect(emitted).toBe(0);
  });
});
