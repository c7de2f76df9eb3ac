/** @file The real command in a process of its own, as a user's shell starts it. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built command. */
export const commandPath: string = fileURLToPath(new URL("../../dist/bin/counterweight.js", import.meta.url));

/** How a command ended. */
export interface Ended {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout or stderr holds the words; rejects when the command ends without. */
  readonly says: (words: string) => Promise<void>;
}

/** Where and with what a command runs. */
export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another copy of the command. */
  readonly path?: string;
}

/** Starts `counterweight` with these arguments. */
export const startCommand = (args: readonly string[], surroundings: Surroundings = {}): Started => {
  const { cwd, env, path = commandPath } = surroundings;
  const child = spawn(process.execPath, [path, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const says = (words: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (`${stdout}\n${stderr}`.includes(words)) resolve();
      };
      look();
      child.stdout.on("data", look);
      child.stderr.on("data", look);
      void ended.then(() => reject(new Error(`it ended without "${words}":\n${stdout}\n${stderr}`)));
    });
  return { child, ended, says };
};

/** Runs `counterweight` with these arguments to its end. */
export const runCommand = (args: readonly string[], surroundings?: Surroundings): Promise<Ended> =>
  startCommand(args, surroundings).ended;
