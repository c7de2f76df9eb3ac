/** @file Finds and loads TensorFlow.js with a backend: absent, broken, too old or there twice, it is an error that says how to mend it. */
import { createRequire } from "node:module";
import { join } from "node:path";

import { EngineError, mustBe } from "../../errors.ts";
import type { Tfjs, TfjsBackend } from "./runtime.ts";
import { tensorflowHome } from "./tensorflow-home.ts";

/** A package, and the file or folder that it is looked for from. */
export interface Place {
  readonly package: string;
  readonly from: string | URL;
}

/** The oldest version that this engine was tested with. */
const OLDEST = [4, 22] as const;

const CORE = "@tensorflow/tfjs-core";

/** Commands that add a backend. */
export const installCommands: Readonly<Record<TfjsBackend, string>> = {
  tensorflow: "npx counterweight engines install tensorflow",
  wasm: "npm i @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0",
  cpu: "npm i @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0",
};

/** Where a backend may come from, the first that is there: TensorFlow for a GPU, the one that we installed, the project's own. */
export const placesOf = (backend: TfjsBackend): readonly Place[] => {
  const here = import.meta.url;
  if (backend !== "tensorflow") return [{ package: `@tensorflow/tfjs-backend-${backend}`, from: here }];
  return [
    { package: "@tensorflow/tfjs-node-gpu", from: here },
    { package: "@tensorflow/tfjs-node", from: join(tensorflowHome(), "package.json") },
    { package: "@tensorflow/tfjs-node", from: here },
  ];
};

/** First line of what was thrown. */
export const firstLine = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).split("\n")[0]!;

const isAbsent = (name: string, thrown: unknown): boolean =>
  thrown instanceof Error && thrown.message.startsWith(`Cannot find module '${name}'`);

/** Path of the first package that is there; one that is there and broken is not passed over. */
const find = (backend: TfjsBackend, places: readonly Place[]): { name: string; path: string } => {
  for (const { package: name, from } of places)
    try {
      return { name, path: createRequire(from).resolve(name) };
    } catch (cause) {
      if (!isAbsent(name, cause)) throw broken(backend, name, cause);
    }
  const names = [...new Set(places.map((place) => place.package))].join(" or ");
  throw new EngineError(`package ${names} is not installed`, { hint: `run: ${installCommands[backend]}` });
};

const broken = (backend: TfjsBackend, name: string, cause: unknown): EngineError =>
  new EngineError(
    `package ${name} does not load: ${firstLine(cause)}`,
    {
      hint: `install it anew: ${backend === "tensorflow" ? "" : `rm -rf node_modules/${name} && `}${installCommands[backend]}`,
    },
    cause,
  );

const isTfjs = (loaded: unknown): loaded is Tfjs =>
  typeof loaded === "object" &&
  loaded !== null &&
  ["version_core", "engine", "tensor", "tidy", "getKernel", "setBackend"].every((name) => name in loaded);

const isRecent = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
};

/** Copies of tfjs-core in this thread. They would share one registry of kernels, and mix each other's. */
const copiesOfCore = (require: NodeJS.Require): string[] =>
  Object.keys(require.cache).filter((path) =>
    /[\\/]tfjs-core[\\/]dist[\\/]tf-core\.node(\.min)?\.js$/.test(path),
  );

/**
 * TensorFlow.js with the backend's kernels registered.
 * @param places a test's own, else {@link placesOf}
 * @throws {EngineError} when no package has the backend, when it does not load (half installed, wrong platform), is older than
 *   4.22, or when the thread then holds two copies of tfjs-core; the hint is the command that mends it
 */
export const loadTfjs = (backend: TfjsBackend, places: readonly Place[] = placesOf(backend)): Tfjs => {
  const { name, path } = find(backend, places);
  const require = createRequire(path);
  let loaded: unknown;
  try {
    const own: unknown = require(path);
    // tfjs-node gives all of tfjs-core; the other two register with the copy that they see.
    loaded = isTfjs(own) ? own : require(CORE);
  } catch (cause) {
    throw broken(backend, name, cause);
  }
  const version = isTfjs(loaded) ? loaded.version_core : "none";
  if (!isTfjs(loaded) || !isRecent(version))
    throw new EngineError(mustBe(`package ${CORE}`, `version ${OLDEST.join(".")} or later`, version), {
      hint: `run: ${installCommands[backend]}`,
    });
  const copies = copiesOfCore(require);
  if (copies.length > 1)
    throw new EngineError(`package ${CORE} must be loaded once, got ${copies.length}: ${copies.join(", ")}`, {
      hint: "run: npm dedupe; or use one tfjs backend a thread",
    });
  return loaded;
};
