/** @file Which keys of a run may change when it is resumed; the stages declare it beside each option. */
import { ConfigError } from "../errors.ts";
import { type Config, jsonSchemaOf } from "./schema.ts";

interface SchemaNode {
  readonly changesOnResume?: boolean;
  readonly properties?: Record<string, SchemaNode>;
  readonly anyOf?: SchemaNode[];
  readonly oneOf?: SchemaNode[];
}

const childOf = (node: SchemaNode, key: string): SchemaNode =>
  [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])].find(
    (branch) => branch.properties?.[key] !== undefined,
  )?.properties?.[key] ?? {};

const freeKeysOf = (node: SchemaNode, keyPath: string): string[] => {
  if (node.changesOnResume === true) return [keyPath];
  const children = [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap((branch) =>
    Object.entries(branch.properties ?? {}),
  );
  return children.flatMap(([key, child]) => freeKeysOf(child, keyPath === "" ? key : `${keyPath}.${key}`));
};

/** Key paths that may differ between a run and its resumption, e.g. `steps`. */
export const freeKeys = (): string[] => [...new Set(freeKeysOf(jsonSchemaOf() as SchemaNode, ""))];

const differences = (before: unknown, after: unknown, node: SchemaNode, keyPath: string): string[] => {
  if (node.changesOnResume === true || before === after) return [];
  const bothObjects =
    typeof before === "object" && typeof after === "object" && before !== null && after !== null;
  if (!bothObjects) return [keyPath];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) =>
    differences(
      (before as Record<string, unknown>)[key],
      (after as Record<string, unknown>)[key],
      childOf(node, key),
      keyPath === "" ? key : `${keyPath}.${key}`,
    ),
  );
};

/** Refuses a resumption whose configuration differs in a key that decides what the run computes.
 * The corpus' path may differ: its fingerprint is what is compared, by the checkpoint.
 * @throws {ConfigError} naming the first such key and those that may change */
export const checkResumable = (before: Config, after: Config): void => {
  const changed = differences(before, after, jsonSchemaOf() as SchemaNode, "").filter(
    (keyPath) => keyPath !== "corpus.manifest",
  );
  const keyPath = changed[0];
  if (keyPath === undefined) return;
  throw new ConfigError(`${keyPath} must stay as it was when a run is resumed`, {
    keyPath,
    hint: `set it back or start a new run; these may change: ${freeKeys().join(", ")}`,
  });
};
