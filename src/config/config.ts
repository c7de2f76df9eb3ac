/** @file Pipeline file or value → frozen configuration. */
import { dirname, resolve } from "node:path";
import { LineCounter, isMap, isNode, parseDocument } from "yaml";

import { ConfigError, mustBe } from "../errors.ts";
import type { Files } from "../files.ts";
import { type Origin, explain, nowhere } from "./explain.ts";
import { type Config, pipelineSchema } from "./schema.ts";

const freeze = <T>(value: T): T => {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  }
  return value;
};

/** Checks a pipeline given as a value.
 * @throws {ConfigError} for the first wrong key or value, by key path, with the line when it came from a file */
export const checkConfig = (pipeline: unknown, origin: Origin = nowhere): Config => {
  const result = pipelineSchema.safeParse(pipeline);
  if (!result.success) {
    const { issues } = result.error;
    // A misspelt key is also a missing one; the first says what to do.
    throw explain(issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!, pipeline, origin);
  }
  return freeze(result.data);
};

/** Keys whose values are paths. */
const pathKeys = ["corpus.manifest", "model.from", "ledger.reference"];

/** Reads a pipeline file (YAML), applies overrides and checks it.
 * @param overrides `key.path=value` each, the value read as YAML; paths in them are relative to `workingFolder`, those in the file to the file
 * @throws {ConfigError} naming file, line and key path */
export const readConfig = async (
  files: Files,
  path: string,
  overrides: readonly string[] = [],
  workingFolder = ".",
): Promise<Config> => {
  if (!(await files.exists(path)))
    throw new ConfigError("the pipeline file does not exist", { path, hint: "check the path" });
  const lines = new LineCounter();
  const document = parseDocument(await files.readText(path), { lineCounter: lines });
  const fault = document.errors[0];
  if (fault !== undefined)
    throw new ConfigError(`the pipeline is not YAML: ${fault.message.split("\n")[0]}`, {
      path,
      line: lines.linePos(fault.pos[0]).line,
      hint: "mind indentation, and quote values that hold ': '",
    });
  for (const keyPath of pathKeys) {
    const named = document.getIn(keyPath.split("."));
    if (typeof named === "string") document.setIn(keyPath.split("."), resolve(dirname(path), named));
  }
  const overridden: string[] = [];
  for (const override of overrides) {
    const [keyPath = "", text] = override.split(/=(.*)/s);
    if (text === undefined || keyPath === "")
      throw new ConfigError(mustBe("--set", "key.path=value", override), {
        hint: "e.g. --set sampler.keep=0.5",
      });
    const keys = keyPath.split(".");
    overridden.push(keyPath);
    const value: unknown = parseDocument(text).toJS();
    const isPath = pathKeys.includes(keyPath) && value !== null;
    const place = typeof value === "string" ? value : text;
    document.setIn(keys, isPath ? resolve(workingFolder, place) : value);
  }
  const lineOf = (keyPath: readonly PropertyKey[]): number | undefined => {
    for (let length = keyPath.length; length > 0; length--) {
      const parent: unknown =
        length === 1 ? document.contents : document.getIn(keyPath.slice(0, length - 1), true);
      const pair = isMap(parent)
        ? parent.items.find((item) => isNode(item.key) && item.key.toJSON() === keyPath[length - 1])
        : undefined;
      if (isNode(pair?.key) && pair.key.range) return lines.linePos(pair.key.range[0]).line;
    }
    return undefined;
  };
  const placeOf = (keyPath: readonly PropertyKey[]): { path: string; line?: number } => {
    const full = keyPath.join(".");
    const override = overridden.find((key) => full === key || full.startsWith(`${key}.`));
    if (override !== undefined) return { path: `--set ${override}` };
    const line = lineOf(keyPath);
    return line === undefined ? { path } : { path, line };
  };
  return checkConfig(document.toJS(), { placeOf });
};
