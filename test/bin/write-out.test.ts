import { afterEach, expect, it, vi } from "vitest";

import { writeOut } from "../../src/bin/write-out.ts";

afterEach(() => vi.restoreAllMocks());

/** Stdout that answers every write with this. */
const answering = (error?: Error): string[] => {
  const written: string[] = [];
  // The overload with a callback is the only one that is used.
  const write = (text: string | Uint8Array, done?: unknown): boolean => {
    written.push(String(text));
    if (typeof done === "function") done(error);
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(write);
  return written;
};

const failure = (code: string): Error => Object.assign(new RangeError(`write ${code}`), { code });

it("text is written, until nobody reads any more", async () => {
  const written = answering();
  expect(await writeOut("a")).toBe(true);
  expect(written).toEqual(["a"]);
  vi.restoreAllMocks();
  answering(failure("EPIPE"));
  expect(await writeOut("b")).toBe(false);
  vi.restoreAllMocks();
  answering(failure("EIO"));
  await expect(writeOut("c")).rejects.toThrow("write EIO");
});
