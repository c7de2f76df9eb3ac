import { afterEach, describe, expect, it, vi } from "vitest";

import { interruptible } from "../../src/bin/interrupt.ts";

afterEach(() => vi.restoreAllMocks());

describe("interruptible work", () => {
  it("says that it was not interrupted, and listens no more", async () => {
    const before = process.listenerCount("SIGINT");
    const stop = vi.fn<() => void>();
    expect(await interruptible(stop, () => Promise.resolve())).toBe(false);
    expect(stop).not.toHaveBeenCalled();
    expect(process.listenerCount("SIGINT")).toBe(before);
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s asks it to stop, and it ends in its own time",
    async (signal) => {
      let end = (): void => undefined;
      const stop = vi.fn<() => void>(() => setTimeout(end, 5));
      const outcome = interruptible(stop, () => new Promise((resolve) => (end = resolve)));
      process.emit(signal, signal);
      expect(await outcome).toBe(true);
      expect(stop).toHaveBeenCalledOnce();
    },
  );

  it("a second signal has its usual effect: the process dies of it", async () => {
    const kill = vi.spyOn(process, "kill").mockReturnValue(true);
    const before = process.listenerCount("SIGINT");
    let end = (): void => undefined;
    const stop = vi.fn<() => void>();
    const outcome = interruptible(stop, () => new Promise((resolve) => (end = resolve)));
    process.emit("SIGINT", "SIGINT");
    expect(kill).not.toHaveBeenCalled();
    process.emit("SIGINT", "SIGINT");
    expect(kill).toHaveBeenCalledWith(process.pid, "SIGINT");
    expect(process.listenerCount("SIGINT")).toBe(before);
    end();
    await outcome;
    expect(stop).toHaveBeenCalledOnce();
  });

  it("passes on what the work fails with, and listens no more", async () => {
    const before = process.listenerCount("SIGTERM");
    const work = (): Promise<void> => Promise.reject(new RangeError("broken"));
    await expect(interruptible(() => undefined, work)).rejects.toThrow("broken");
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });
});
