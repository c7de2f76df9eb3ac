/** @file Puts TensorFlow for Node into the user's data folder: once, whole or not at all, and proven to compute. */
import { dirname, join } from "node:path";

import { EngineError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { tensorflowHome, tensorflowVersions } from "../../tensor/tfjs/tensorflow-home.ts";
import { type BuildTools, buildTensorflow } from "./build-tensorflow.ts";
import { runCommand } from "./run-command.ts";
import { tfjsNode } from "./tensorflow-parts.ts";

/** What an installation needs to know; all but `files` has a default that suits. */
export interface InstallOptions {
  readonly files: Files;
  readonly home?: string;
  readonly machine?: { readonly platform: string; readonly arch: string };
  readonly tools?: BuildTools;
  readonly onProgress?: (doing: string) => void;
  readonly build?: typeof buildTensorflow;
}

/** What came of it. */
export interface Installed {
  readonly home: string;
  /** Versions as the addon itself says. */
  readonly versions: string;
  /** Whether it was there and worked. */
  readonly reused: boolean;
}

/** The programs that the variables NPM, PYTHON and CXX name, or the usual ones. */
export const toolsOf = (environment: NodeJS.ProcessEnv): BuildTools => ({
  npm: environment["NPM"] ?? "npm",
  python: environment["PYTHON"] ?? "python3",
  compiler: environment["CXX"] ?? "g++",
});

const requireMachine = ({ platform, arch }: { platform: string; arch: string }): void => {
  if (platform !== "linux" || arch !== "x64")
    throw new EngineError(`TensorFlow is built for linux x64 only, got ${platform} ${arch}`, {
      hint: "use engine.backend wasm, or the published package with its TensorFlow 2.9: npm i @tensorflow/tfjs-node",
    });
};

const requireTools = async ({ npm, python, compiler }: BuildTools): Promise<void> => {
  const need = async (
    command: string,
    args: readonly string[],
    what: string,
    hint: string,
  ): Promise<void> => {
    await runCommand(command, args).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new EngineError(`building TensorFlow needs ${what}: ${reason}`, { hint }, cause);
    });
  };
  await need(npm, ["--version"], "npm", "install npm, or name it in the variable NPM");
  await need(
    python,
    ["-m", "pip", "--version"],
    "Python 3 with pip",
    "install them (Debian: apt install python3-pip), or name a Python that has pip in the variable PYTHON",
  );
  await need(
    compiler,
    ["--version"],
    "a C++ compiler",
    "install one (Debian: apt install g++), or name it in the variable CXX",
  );
};

/** A product and a gradient in a process of its own: a damaged library would take this one down. */
const proof = `
  const tf = require(process.argv[1]);
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const found = [tf.matMul(x, x).dataSync()[3], tf.grad((a) => a.mul(a).sum())(x).dataSync()[3]];
  if (found.join() !== "22,8") throw RangeError("3·2 + 4·4 and the gradient of x² at 4 gave " + found);
  console.log("tfjs-node " + tf.version["tfjs-node"] + ", TensorFlow " + tf.backend().binding.TF_Version);
`;

/** @returns versions, as the addon says @throws {EngineError} when it does not load or computes something else */
export const proveTensorflow = async (folder: string): Promise<string> => {
  const said = await runCommand(process.execPath, ["-e", proof, join(folder, tfjsNode.folder)], {
    environment: { TF_CPP_MIN_LOG_LEVEL: "3" },
  });
  const versions = said.trim();
  if (!versions.endsWith(`TensorFlow ${tensorflowVersions.tensorflow}`))
    throw new EngineError(`TensorFlow must be version ${tensorflowVersions.tensorflow}, got "${versions}"`);
  return versions;
};

const isAlive = (processId: number): boolean => {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
};

/** Folders in which builds of processes that are gone were left. */
const sweep = async (files: Files, home: string): Promise<void> => {
  for (const name of await files.list(dirname(home))) {
    const builder = /\.building-(\d+)$/.exec(name)?.[1];
    if (builder !== undefined && !isAlive(Number(builder))) await files.remove(join(dirname(home), name));
  }
};

/**
 * Installs, unless what is there works; what is there and does not work is replaced.
 * It is built beside its place and moved there once it computes, so a broken-off installation leaves nothing that is used.
 * @throws {EngineError} when machine or programs do not suit, a step fails, or the result does not compute
 * @throws {StorageError} when the disk refuses
 */
export const installTensorflow = async ({
  files,
  home = tensorflowHome(),
  machine = process,
  tools = toolsOf(process.env),
  onProgress = () => undefined,
  build = buildTensorflow,
}: InstallOptions): Promise<Installed> => {
  requireMachine(machine);
  if (await files.exists(home)) {
    const versions = await proveTensorflow(home).catch(() => undefined);
    if (versions !== undefined) return { home, versions, reused: true };
    onProgress("what is installed does not work and is replaced");
  }
  await requireTools(tools);
  const building = `${home}.building-${process.pid}`;
  await files.makeFolder(dirname(home));
  await sweep(files, home);
  await files.remove(building);
  try {
    await files.makeFolder(building);
    await build(files, building, tools, onProgress);
    onProgress("proving that it computes");
    const versions = await proveTensorflow(building);
    await files.remove(home);
    await files.move(building, home);
    return { home, versions, reused: false };
  } finally {
    await files.remove(building);
  }
};
