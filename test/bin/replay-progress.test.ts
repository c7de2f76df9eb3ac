import { describe, expect, it, vi } from "vitest";

import { followed, scratchPath, withProgress } from "../../src/bin/replay-progress.ts";

/** What was written to a stream while `act` ran. */
const written = async (name: "stdout" | "stderr", act: () => Promise<void>): Promise<string> => {
  const words: string[] = [];
  const spy = vi.spyOn(process[name], "write").mockImplementation((text) => {
    words.push(String(text));
    return true;
  });
  try {
    await act();
  } finally {
    spy.mockRestore();
  }
  return words.join("");
};

describe("a replay's progress", () => {
  it("says rate and time left once there is something to say, and writes the result", async () => {
    const clock = vi.spyOn(performance, "now");
    let out = "";
    const err = await written("stderr", async () => {
      out = await written("stdout", () =>
        withProgress(async (progress) => {
          clock.mockReturnValue(1000);
          progress("steps", 1, 400);
          clock.mockReturnValue(3000);
          progress("steps", 100, 400);
          return "result\n";
        }),
      );
    });
    clock.mockRestore();
    expect(err).toMatch(/^100 of 400 steps · 50 steps\/s · 6 s left\n?$/);
    expect(out).toBe("result\n");
  });

  it("ends at the next step after Ctrl-C", async () => {
    const asked = withProgress(async (progress) => {
      process.emit("SIGINT");
      progress("steps", 1, 2);
      return "never";
    });
    await expect(asked).rejects.toMatchObject({ code: "CW_INTERRUPTED", message: "the replay was stopped" });
    expect(scratchPath()).toContain(`counterweight-replay-${process.pid}`);
  });

  it("gives the work's result, names the work that was stopped, and tells what does not look", async () => {
    expect(await followed("the query", async () => 42)).toBe(42);
    let told = 0;
    const asked = followed(
      "the query",
      async (progress) => {
        process.emit("SIGINT");
        progress("steps", 1, 2);
      },
      () => (told += 1),
    );
    await expect(asked).rejects.toMatchObject({ code: "CW_INTERRUPTED", message: "the query was stopped" });
    expect(told).toBe(1);
  });
});
