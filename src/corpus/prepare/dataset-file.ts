/** @file Reads a dataset file; what is wrong with it is named by key path and line. */
import { ConfigError, type ErrorFacts, mustBe } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { readYamlFile } from "../../yaml-file.ts";
import { type Dataset, datasetSchema } from "./dataset.ts";

/** A checked dataset and where its keys stand. */
export interface DatasetSource {
  readonly path: string;
  readonly dataset: Dataset;
  /** Path, line and key path of a key, for an error about it. */
  readonly placeOf: (keyPath: readonly PropertyKey[]) => ErrorFacts;
}

/** A value as {@link mustBe} shows it. */
const shown = (value: unknown): unknown => (typeof value === "object" ? JSON.stringify(value) : value);

const valueAt = (value: unknown, keyPath: readonly PropertyKey[]): unknown => {
  let at = value;
  for (const key of keyPath) {
    if (typeof at !== "object" || at === null) return undefined;
    at = Object.getOwnPropertyDescriptor(at, key)?.value;
  }
  return at;
};

/** A rule in our wording, from the schema's: `Too small: expected number to be >=8` is `>=8`. */
const wordingOf = (message: string): string =>
  message
    .replace(/^Invalid (input|option): expected |^Too (small|big): expected \w+ to (be|have) /, "")
    .replace(/, received .*$/, "");

/** Reads and checks a dataset file (YAML).
 * @throws {ConfigError} when it is missing, not YAML, or has a wrong key or value: the first of them, by key path and line
 * @throws {StorageError} when it cannot be read */
export const readDataset = async (files: Files, path: string): Promise<DatasetSource> => {
  const { document, lineOf } = await readYamlFile(files, path, "dataset");
  const placeOf = (keyPath: readonly PropertyKey[]): ErrorFacts => {
    const line = lineOf(keyPath);
    return { path, ...(line !== undefined && { line }), keyPath: keyPath.map(String).join(".") };
  };
  const value: unknown = document.toJS();
  const result = datasetSchema.safeParse(value);
  if (result.success) return { path, dataset: result.data, placeOf };
  const issue = result.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const place = placeOf([...issue.path, issue.keys[0]!]);
    throw new ConfigError(`${place.keyPath} is not a key that a dataset file knows`, {
      ...place,
      hint: "check its spelling, or remove it",
    });
  }
  const place = placeOf(issue.path);
  const hint = `edit ${place.keyPath || "it"}`;
  if (issue.code === "invalid_key") {
    const subject = `a name in ${issue.path.slice(0, -1).join(".")}`;
    throw new ConfigError(mustBe(subject, issue.issues[0]!.message, issue.path.at(-1)), { ...place, hint });
  }
  const got = shown(valueAt(value, issue.path));
  throw new ConfigError(mustBe(place.keyPath || "the dataset", wordingOf(issue.message), got), {
    ...place,
    hint,
  });
};
