import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { createFiles } from "../src/files.ts";
import { readYamlFile } from "../src/yaml-file.ts";

const folder = mkdtempSync(join(tmpdir(), "counterweight-yaml-"));
afterAll(() => rmSync(folder, { recursive: true }));
const files = createFiles();
const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe("a YAML file", () => {
  it("knows the line of the deepest key that it has", async () => {
    const path = written("a.yaml", "a:\n  b: 1\n  list:\n    - x: 2\n    - y: 3\n");
    const { document, lineOf } = await readYamlFile(files, path, "pipeline");
    expect(document.toJS()).toEqual({ a: { b: 1, list: [{ x: 2 }, { y: 3 }] } });
    expect([["a"], ["a", "b"], ["a", "list", 1, "y"], ["a", "none"], ["none"], []].map(lineOf)).toEqual([
      1,
      2,
      5,
      1,
      undefined,
      undefined,
    ]);
  });

  it("is refused where it is missing, a folder or not YAML, with the line and without a loose end", async () => {
    const refusal = (path: string): Promise<unknown> =>
      readYamlFile(files, path, "dataset").catch((error) => error);
    mkdirSync(join(folder, "inner"));
    expect(await refusal(join(folder, "none"))).toMatchObject({
      code: "CW_CONFIG",
      problem: "the dataset file does not exist",
      hint: "check the path",
    });
    expect(await refusal(join(folder, "inner"))).toMatchObject({
      code: "CW_CONFIG",
      problem: "the dataset file is a folder",
      hint: "name a YAML file",
    });
    expect(await refusal(written("bad.yaml", "a: 1\nb: c: 2\n"))).toMatchObject({
      code: "CW_CONFIG",
      problem: "the dataset file is not YAML: Nested mappings are not allowed in compact mappings",
      facts: { line: 2 },
    });
  });
});
