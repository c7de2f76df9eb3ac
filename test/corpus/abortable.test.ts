import { describe, expect, it } from "vitest";

import { abortable } from "../../src/corpus/abortable.ts";

describe("a waiter that may leave", () => {
  it("gets the outcome when it stays", async () => {
    expect(await abortable(Promise.resolve(7), undefined, "a")).toBe(7);
    expect(await abortable(Promise.resolve(7), new AbortController().signal, "a")).toBe(7);
    await expect(
      abortable(Promise.reject(new RangeError("x")), new AbortController().signal, "a"),
    ).rejects.toThrow(RangeError);
  });

  it("leaves at once when aborted, before or meanwhile, and others get theirs", async () => {
    let resolve: (value: number) => void = () => {};
    const promise = new Promise<number>((done) => {
      resolve = done;
    });
    const controller = new AbortController();
    const leaving = abortable(promise, controller.signal, "a.parquet");
    const staying = abortable(promise, undefined, "a.parquet");
    controller.abort();
    await expect(leaving).rejects.toThrow("the read was aborted (a.parquet)");
    await expect(abortable(promise, controller.signal, "a.parquet")).rejects.toMatchObject({
      code: "CW_SOURCE",
      facts: { retryable: true },
    });
    resolve(3);
    expect(await staying).toBe(3);
  });
});
