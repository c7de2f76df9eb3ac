import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { readDataset } from "../../../src/corpus/prepare/dataset-file.ts";
import { type Input, findInputs, hashInputs } from "../../../src/corpus/prepare/inputs.ts";
import { createProgress } from "../../../src/corpus/prepare/progress.ts";
import { createFiles } from "../../../src/files.ts";
import { folderWith } from "../../support/dataset-folder.ts";

const yaml = (...entries: string[]): string =>
  `name: n
seqLen: 8
tokenizer: { kind: bytes }
domains:
  d:
    format: text
    files:
${entries.map((entry) => `      - ${entry}\n`).join("")}`;

const inputsOf = async (folder: string, name = "d.yaml"): Promise<Input[][]> => {
  const files = createFiles();
  const source = await readDataset(files, join(folder, name));
  return hashInputs(
    files,
    source,
    await findInputs(files, source),
    createProgress(() => {}),
  );
};

const hashOfA = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";

describe("findInputs and hashInputs", () => {
  it("finds files beside the dataset and in the nearest node_modules that has them", async () => {
    const folder = await folderWith({
      "sets/deep/d.yaml": yaml("path: ../a.txt", "package: '@x/y/a.txt'", "package: z/b.md"),
      "sets/a.txt": "a",
      "node_modules/@x/y/a.txt": "far",
      "node_modules/z/b.md": "far",
      "sets/node_modules/@x/y/a.txt": "near",
    });
    const [found] = await inputsOf(join(folder, "sets/deep"));
    expect(found!.map(({ path, byteLength }) => [path, byteLength])).toEqual([
      [join(folder, "sets/a.txt"), 1],
      [join(folder, "sets/node_modules/@x/y/a.txt"), 4],
      [join(folder, "node_modules/z/b.md"), 3],
    ]);
    expect(found![0]!.sha256).toBe(hashOfA);
  });

  it("names a missing file by key path and line, with the fix", async () => {
    const folder = await folderWith({ "d.yaml": yaml("path: a.txt", "path: none.txt"), "a.txt": "a" });
    await expect(inputsOf(folder)).rejects.toMatchObject({
      message: `input file none.txt does not exist (domains.d.files.1, ${folder}/d.yaml:9)`,
      hint: "check the path",
    });
    const packages = await folderWith({ "d.yaml": yaml("package: no-such-package/a.txt") });
    await expect(inputsOf(packages)).rejects.toMatchObject({
      message: `input file no-such-package/a.txt does not exist (domains.d.files.0, ${packages}/d.yaml:8)`,
      hint: "install the packages: npm ci",
    });
  });

  it("refuses another content than the one stated", async () => {
    const folder = await folderWith({ "d.yaml": yaml(`{ path: a.txt, sha256: ${hashOfA} }`), "a.txt": "a" });
    expect(await inputsOf(folder)).toMatchObject([[{ sha256: hashOfA }]]);
    const altered = await folderWith({ "d.yaml": yaml(`{ path: a.txt, sha256: ${hashOfA} }`), "a.txt": "b" });
    await expect(inputsOf(altered)).rejects.toThrow(
      `SHA-256 of the input file must be ${hashOfA}, got "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d" (domains.d.files.0.sha256, ${altered}/d.yaml:8)`,
    );
  });

  it.each([
    ["a.jsonl.zst", "decompress it first: zstd -d FILE"],
    ["a.parquet", "write its text column as JSON lines first"],
  ])("refuses %s by name", async (name, hint) => {
    const folder = await folderWith({ "d.yaml": yaml(`path: ${name}`), [name]: "x" });
    await expect(inputsOf(folder)).rejects.toMatchObject({
      message: `input file must be plain text, source, JSON lines, or one of these in gzip, got "${name}" (domains.d.files.0, ${folder}/d.yaml:8)`,
      hint,
    });
  });
});
