/** @file What is wrong with a pipeline, in the user's words: key path, line, value and fix. */
import type { z } from "zod";

import { ConfigError, mustBe } from "../errors.ts";
import { nearest } from "./nearest.ts";
import { jsonSchemaOf } from "./schema.ts";

/** Where values came from, so that an error can name a line. */
export interface Origin {
  readonly path?: string;
  lineOf(keyPath: readonly PropertyKey[]): number | undefined;
}

export const nowhere: Origin = { lineOf: () => undefined };

/** Keys that the schema knows below a path, for the hint of a misspelt one. */
const keysAt = (keyPath: readonly PropertyKey[]): string[] => {
  let node: unknown = jsonSchemaOf();
  for (const key of keyPath) {
    const { properties, anyOf, oneOf } = node as Record<string, Record<string, unknown> & unknown[]>;
    const branches = (anyOf ?? oneOf ?? []) as { properties?: Record<string, unknown> }[];
    node =
      (properties ?? branches.find((branch) => branch.properties)?.properties ?? {})[key as string] ?? {};
  }
  const { properties, oneOf, anyOf } = node as {
    properties?: object;
    oneOf?: { properties?: object }[];
    anyOf?: { properties?: object }[];
  };
  const branches = [{ properties }, ...(oneOf ?? []), ...(anyOf ?? [])];
  return branches.flatMap((branch) => Object.keys(branch.properties ?? {}));
};

const valueAt = (value: unknown, keyPath: readonly PropertyKey[]): unknown =>
  keyPath.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);

const shown = (value: unknown): string =>
  value === undefined ? "nothing" : typeof value === "object" ? JSON.stringify(value) : String(value);

/** The error of one schema issue. */
export const explain = (issue: z.core.$ZodIssue, value: unknown, origin: Origin): ConfigError => {
  const keyPath = issue.path.map(String).join(".");
  const line = origin.lineOf(issue.path);
  const place = { ...(origin.path && { path: origin.path }), ...(line && { line }) };
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const full = [...issue.path.map(String), key].join(".");
    const meant = nearest(key, keysAt(issue.path));
    const lineOfKey = origin.lineOf([...issue.path, key]) ?? line;
    return new ConfigError(`${full} is not a key that a pipeline knows`, {
      ...place,
      ...(lineOfKey && { line: lineOfKey }),
      keyPath: full,
      hint:
        meant === undefined ? `known keys here: ${keysAt(issue.path).join(", ")}` : `did you mean ${meant}?`,
    });
  }
  if (issue.code === "invalid_union") {
    const deepest = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0];
    if (deepest !== undefined && deepest.path.length > 0)
      return explain({ ...deepest, path: [...issue.path, ...deepest.path] }, value, origin);
  }
  const rule = issue.message.replace(/^Invalid input: expected |^Too (small|big): expected \w+ to be /, "");
  const got = valueAt(value, issue.path);
  const hint =
    got === undefined ? `add ${keyPath}` : `edit ${keyPath}, or override it with --set ${keyPath}=…`;
  return new ConfigError(mustBe(keyPath || "the pipeline", rule, shown(got)), { ...place, keyPath, hint });
};
