/** @file A child process that takes a train step for each line it is given, and says how many milliseconds it took. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Starts it and waits until it is ready.
 * @param command a program, or a script's name in this folder after the program that runs it
 * @returns `step()` in ms, `peakMiB()` of its memory so far (VmHWM, Linux), `close()` */
export const openStepChild = async (program, script, ...args) => {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(program, [path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  if (value !== "ready") throw new Error(`${script} did not start`);
  return {
    async step() {
      child.stdin.write("step\n");
      return Number((await lines.next()).value);
    },
    peakMiB: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))[1]) >> 10,
    async close() {
      child.stdin.end();
      await once(child, "exit");
    },
  };
};
