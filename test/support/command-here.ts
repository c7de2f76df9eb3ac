/** @file A command in the test's own process: quick, for what needs no process of its own. */
import type { Command } from "commander";
import { vi } from "vitest";

/** Runs a command with these arguments.
 * @returns what it wrote to stdout and stderr, and what it threw */
export const commandHere = async (
  command: Command,
  args: readonly string[],
): Promise<{ readonly stdout: string; readonly stderr: string; readonly thrown: unknown }> => {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text: string | Uint8Array, done?: unknown) => {
      written[name] += String(text);
      if (typeof done === "function") done();
      return true;
    }),
  );
  try {
    await command.exitOverride().parseAsync(args, { from: "user" });
    return { ...written, thrown: null };
  } catch (thrown) {
    return { ...written, thrown };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
};
