/** @file Pipeline file or value → frozen configuration. */
import { dirname, join, resolve } from "node:path";
import { parseDocument } from "yaml";

import { ConfigError, mustBe } from "../errors.ts";
import type { Files } from "../files.ts";
import { readYamlFile } from "../yaml-file.ts";
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

/** The same configuration with its paths absolute, those given relative to the working folder: it then holds from any folder. */
export const withAbsolutePaths = (config: Config): Config => {
  const { corpus, model, ledger } = config;
  return freeze({
    ...config,
    corpus: corpus.kind === "shards" ? { ...corpus, manifest: resolve(corpus.manifest) } : corpus,
    model: model.kind === "gpt" && model.from !== null ? { ...model, from: resolve(model.from) } : model,
    ledger: ledger.reference === null ? ledger : { ...ledger, reference: resolve(ledger.reference) },
  });
};

/** Reads a pipeline file (YAML), applies overrides and checks it.
 * @param overrides `key.path=value` each, the value read as YAML; paths in them are relative to `workingFolder`, those in the file to the file
 * @throws {ConfigError} naming file, line and key path
 * @throws {StorageError} when the file cannot be read */
export const readConfig = async (
  files: Files,
  path: string,
  overrides: readonly string[] = [],
  workingFolder = ".",
): Promise<Config> => {
  if (await files.exists(join(path, "config.json")))
    throw new ConfigError("the pipeline file is a run's folder", {
      path,
      hint: `go on with the run by --run ${path} --resume, or name a pipeline file`,
    });
  const { document, lineOf } = await readYamlFile(files, path, "pipeline");
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
  const placeOf = (keyPath: readonly PropertyKey[]): { path: string; line?: number } => {
    const full = keyPath.join(".");
    const override = overridden.find((key) => full === key || full.startsWith(`${key}.`));
    if (override !== undefined) return { path: `--set ${override}` };
    const line = lineOf(keyPath);
    return line === undefined ? { path } : { path, line };
  };
  return checkConfig(document.toJS(), { placeOf });
};
