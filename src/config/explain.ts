/** @file What is wrong with a pipeline, in the user's words: key path, line, value and fix. */
import type { z } from "zod";

import { ConfigError } from "../errors.ts";
import { nearest } from "./nearest.ts";
import { type SchemaNode, jsonSchemaOf, keysOf } from "./schema.ts";

/** Where values came from, so that an error can name a file and line, or the override. */
export interface Origin {
  placeOf(keyPath: readonly PropertyKey[]): { readonly path?: string; readonly line?: number };
}

/** A pipeline that came from no file. */
export const nowhere: Origin = { placeOf: () => ({}) };

/** Keys that the schema knows below a path. */
const keysAt = (keyPath: readonly PropertyKey[]): string[] => {
  let node = jsonSchemaOf();
  for (const key of keyPath) node = keysOf(node).find(([known]) => known === key)?.[1] ?? {};
  return keysOf(node).map(([known]) => known);
};

/** Paths of every key of this name, anywhere in a pipeline. */
const pathsOf = (name: string): string[] => {
  const below = (node: SchemaNode, path: readonly string[]): string[] =>
    keysOf(node).flatMap(([key, child]) => {
      const full = [...path, key];
      return [...(key === name ? [full.join(".")] : []), ...below(child, full)];
    });
  return [...new Set(below(jsonSchemaOf(), []))];
};

/** What a key that is not known here was meant to be. */
const meantBy = (key: string, keyPath: readonly PropertyKey[]): string => {
  const known = keysAt(keyPath);
  const meant = nearest(key, known);
  if (meant === key) return "it is a key of another kind; remove it, or change the kind";
  if (meant !== undefined) return `did you mean ${meant}?`;
  const elsewhere = pathsOf(key);
  return elsewhere.length > 0
    ? `did you mean ${elsewhere.join(" or ")}?`
    : `known keys here: ${known.join(", ")}`;
};

const valueAt = (value: unknown, keyPath: readonly PropertyKey[]): unknown =>
  keyPath.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );

const shown = (value: unknown): string => {
  if (value === undefined) return "nothing";
  return typeof value === "number" ? String(value) : JSON.stringify(value);
};

const articles: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "text",
  boolean: "true or false",
  object: "a map of keys",
};

/** What a value must be or do, from a schema's message: `Too small: expected number to be >=1` → `be at least 1`. */
const ruleOf = (message: string): string => {
  const own = /^must (.*)$/s.exec(message)?.[1];
  if (own !== undefined) return own;
  const bound = /^Too (?:small|big): expected (.*?)(?: to be)? (>=|<=|>|<)(\S+)/.exec(message);
  if (bound !== null) {
    const word = { ">=": "at least", "<=": "at most", ">": "above", "<": "below" }[bound[2]!]!;
    return `be ${word} ${bound[3]}`;
  }
  const kind = /^Invalid (?:input|option): expected (.*?)(?:, received .*)?$/s.exec(message)?.[1] ?? message;
  return `be ${articles[kind] ?? kind}`;
};

/** The error of one schema issue. */
export const explain = (issue: z.core.$ZodIssue, value: unknown, origin: Origin): ConfigError => {
  const keyPath = issue.path.map(String).join(".");
  const place = origin.placeOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const full = [...issue.path.map(String), key].join(".");
    return new ConfigError(`${full} is not a key that a pipeline knows`, {
      ...origin.placeOf([...issue.path, key]),
      keyPath: full,
      hint: meantBy(key, issue.path),
    });
  }
  if (issue.code === "invalid_union") {
    if ("options" in issue && Array.isArray(issue.options)) {
      const kinds = issue.options.filter((kind) => typeof kind === "string").join(" or ");
      return explain({ ...issue, code: "custom", message: `must be ${kinds}` }, value, origin);
    }
    const deepest = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0];
    if (deepest !== undefined && deepest.path.length > 0)
      return explain({ ...deepest, path: [...issue.path, ...deepest.path] }, value, origin);
  }
  const got = valueAt(value, issue.path);
  const meant =
    issue.code === "invalid_value" && typeof got === "string"
      ? nearest(got, issue.values.map(String))
      : undefined;
  const hint =
    got === undefined
      ? `add ${keyPath}`
      : meant === undefined
        ? `give another value, in the file or by --set ${keyPath}=…`
        : `did you mean ${meant}?`;
  return new ConfigError(`${keyPath || "the pipeline"} must ${ruleOf(issue.message)}, got ${shown(got)}`, {
    ...place,
    ...(keyPath !== "" && { keyPath, hint }),
  });
};
