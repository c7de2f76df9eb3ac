/** @file A YAML file that a user wrote, and where its keys stand. */
import { type Document, LineCounter, isMap, isNode, isSeq, parseDocument } from "yaml";

import { ConfigError, StorageError } from "./errors.ts";
import type { Files } from "./files.ts";

/** A file's content. */
export interface YamlFile {
  readonly document: Document.Parsed;
  /** Line of the deepest key of the path that the file has. */
  readonly lineOf: (keyPath: readonly PropertyKey[]) => number | undefined;
}

const lineFinder =
  (document: Document.Parsed, lines: LineCounter): YamlFile["lineOf"] =>
  (keyPath) => {
    let node: unknown = document.contents;
    let line: number | undefined;
    for (const key of keyPath) {
      const pair = isMap(node)
        ? node.items.find((item) => isNode(item.key) && String(item.key.toJSON()) === String(key))
        : undefined;
      node = pair === undefined ? (isSeq(node) ? node.items[Number(key)] : undefined) : pair.value;
      const place = isNode(pair?.key) ? pair.key : node;
      if (!isNode(place) || !place.range) break;
      line = lines.linePos(place.range[0]).line;
    }
    return line;
  };

const textOf = async (files: Files, path: string, what: string): Promise<string> => {
  if (!(await files.exists(path)))
    throw new ConfigError(`the ${what} file does not exist`, { path, hint: "check the path" });
  try {
    return await files.readText(path);
  } catch (error) {
    if (error instanceof StorageError && error.facts.errno === "EISDIR")
      throw new ConfigError(`the ${what} file is a folder`, { path, hint: "name a YAML file" }, error);
    throw error;
  }
};

/** Reads a YAML file.
 * @param what names the file in errors: `pipeline`, `dataset`
 * @throws {ConfigError} when it is missing, a folder or not YAML, then with the line
 * @throws {StorageError} when it cannot be read */
export const readYamlFile = async (files: Files, path: string, what: string): Promise<YamlFile> => {
  const lines = new LineCounter();
  const document = parseDocument(await textOf(files, path, what), { lineCounter: lines });
  const fault = document.errors[0];
  if (fault !== undefined) {
    const problem = fault.message.split("\n")[0]!.replace(/(?: at line \d+, column \d+)?:$/, "");
    throw new ConfigError(`the ${what} file is not YAML: ${problem}`, {
      path,
      line: lines.linePos(fault.pos[0]).line,
      hint: "mind indentation, and quote values that hold ': '",
    });
  }
  return { document, lineOf: lineFinder(document, lines) };
};
