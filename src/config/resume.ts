/** @file Which keys of a run may change when it is resumed; the stages declare it beside each option. */
import { ConfigError } from "../errors.ts";
import { type Config, type SchemaNode, jsonSchemaOf, keysOf } from "./schema.ts";

const isFree = (node: SchemaNode): boolean => node["changesOnResume"] === true;
const below = (keyPath: string, key: string): string => (keyPath === "" ? key : `${keyPath}.${key}`);

const freeKeysBelow = (node: SchemaNode, keyPath: string): string[] =>
  isFree(node)
    ? [keyPath]
    : keysOf(node).flatMap(([key, child]) => freeKeysBelow(child, below(keyPath, key)));

/** Key paths that may differ between a run and its resumption, e.g. `steps`. */
export const freeKeys = (): string[] => [...new Set(freeKeysBelow(jsonSchemaOf(), ""))];

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const differences = (before: unknown, after: unknown, node: SchemaNode, keyPath: string): string[] => {
  if (isFree(node) || before === after) return [];
  if (!isObject(before) || !isObject(after)) return [keyPath];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const child = keysOf(node).find(([known]) => known === key)?.[1] ?? {};
    return differences(Reflect.get(before, key), Reflect.get(after, key), child, below(keyPath, key));
  });
};

/** Keys that say where something lies; what lies there is compared when it is opened: the corpus by the checkpoint's fingerprint,
 * the reference by the journal. */
const places = ["corpus.manifest", "ledger.reference"];

/** Refuses a resumption whose configuration differs in a key that decides what the run computes.
 * The paths of corpus and reference may differ.
 * @throws {ConfigError} naming the first such key and those that may change */
export const checkResumable = (before: Config, after: Config): void => {
  const changed = differences(before, after, jsonSchemaOf(), "").filter(
    (keyPath) => !places.includes(keyPath),
  );
  const keyPath = changed[0];
  if (keyPath === undefined) return;
  throw new ConfigError(`${keyPath} must stay as it was when a run is resumed`, {
    keyPath,
    hint: `set it back or start a new run; these may change: ${freeKeys().join(", ")}`,
  });
};
