/** @file Runs a program of the machine's and waits for its end. */
import { spawn } from "node:child_process";

import { EngineError } from "../../errors.ts";

/** How a program is run. */
export interface CommandOptions {
  readonly folder?: string;
  /** Variables beside this process' own. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What to say of a program that failed: the first line that names an error, else the last. */
const reasonOf = (output: string): string => {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const named = lines.find((line) => /error[: ]/i.test(line) && !line.startsWith("npm error code"));
  return (named ?? lines.at(-1) ?? "it said nothing").trim();
};

/**
 * @returns what it wrote to stdout
 * @throws {EngineError} when it is not there or its exit code is not 0; stdout and stderr are the cause
 */
export const runCommand = (
  command: string,
  args: readonly string[],
  { folder, environment }: CommandOptions = {},
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(folder !== undefined && { cwd: folder }),
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === "ENOENT" ? "is not installed" : `does not start: ${cause.message}`;
      reject(new EngineError(`program ${command} ${reason}`, {}, cause));
    });
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(stdout);
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      reject(
        new EngineError(
          `${command} ${args[0] ?? ""} failed with ${how}: ${reasonOf(stderr || stdout)}`,
          {},
          `${stdout}\n${stderr}`,
        ),
      );
    });
  });
