/** @file Loads onnxruntime-node, an optional peer: absent, broken or too old, it is an error that says how to mend it. */
import { EngineError, mustBe } from "../../errors.ts";
import type { Shape, TensorData } from "../value.ts";

/** A tensor of the runtime; it reads and writes the array that it was made of. */
export interface OnnxTensor {
  readonly data: TensorData;
}

/** A loaded model. */
export interface OnnxSession {
  /** A fetch of null asks for a fresh buffer; a tensor is written in place. */
  run(
    feeds: Readonly<Record<string, OnnxTensor>>,
    fetches: Readonly<Record<string, OnnxTensor | null>>,
  ): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}

/** What we use of the package, in our own words: its types must not be needed by those who do not install it. */
export interface OnnxRuntime {
  readonly Tensor: new (type: string, data: TensorData, shape: Shape) => OnnxTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OnnxSession>;
  };
  readonly env: { readonly versions: { readonly node?: string } };
  listSupportedBackends(): readonly { readonly name: string }[];
}

/** The oldest version that this engine was tested with. */
const OLDEST = [1, 30] as const;

const install = "npm i onnxruntime-node --ignore-scripts";

const isAbsent = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  (thrown as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND" &&
  thrown.message.includes("'onnxruntime-node'");

/** First line of what was thrown. */
export const firstLine = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).split("\n")[0]!;

const isRuntime = (loaded: unknown): loaded is OnnxRuntime =>
  typeof loaded === "object" &&
  loaded !== null &&
  ["Tensor", "InferenceSession", "env", "listSupportedBackends"].every((name) => name in loaded);

const isRecent = (version: string | undefined): boolean => {
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
};

/**
 * The runtime, ready to use.
 * @param load imports the package; a test's own, else Node's
 * @throws {EngineError} when the package is absent, does not load (half installed, wrong platform) or is older than 1.30; the hint is the command that mends it
 */
export const loadOnnxRuntime = async (
  load: () => Promise<unknown> = () => import("onnxruntime-node"),
): Promise<OnnxRuntime> => {
  const loaded = await load().catch((cause: unknown) => {
    if (isAbsent(cause))
      throw new EngineError("package onnxruntime-node is not installed", { hint: `run: ${install}` }, cause);
    const hint = `install it anew: rm -rf node_modules/onnxruntime-node && ${install}`;
    throw new EngineError(`package onnxruntime-node does not load: ${firstLine(cause)}`, { hint }, cause);
  });
  if (isRuntime(loaded) && isRecent(loaded.env.versions.node)) return loaded;
  const version = isRuntime(loaded) ? loaded.env.versions.node : "none";
  throw new EngineError(mustBe("package onnxruntime-node", `version ${OLDEST.join(".")} or later`, version), {
    hint: "run: npm i onnxruntime-node@latest --ignore-scripts",
  });
};
