import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { readDataset } from "../../../src/corpus/prepare/dataset-file.ts";
import { ConfigError } from "../../../src/errors.ts";
import { createFiles } from "../../../src/files.ts";
import { folderWith, smallDataset } from "../../support/dataset-folder.ts";

const errorOf = async (yaml: string): Promise<ConfigError> => {
  const folder = await folderWith({ "d.yaml": yaml });
  const error: unknown = await readDataset(createFiles(), join(folder, "d.yaml")).catch(
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw error;
  return error;
};
const messageOf = async (yaml: string): Promise<string> =>
  (await errorOf(yaml)).message.replace(/\/[^ ]*\/d\.yaml/, "d.yaml");

describe("readDataset", () => {
  it("gives the dataset and where its keys stand", async () => {
    const path = join(await folderWith({ "d.yaml": smallDataset }), "d.yaml");
    const { dataset, placeOf } = await readDataset(createFiles(), path);
    expect(dataset).toMatchObject({ name: "small", seqLen: 32, tokenizer: { kind: "bpe", vocabSize: 300 } });
    expect(Object.keys(dataset.domains)).toEqual(["tales", "lines"]);
    expect(placeOf(["domains", "lines", "files", 1])).toEqual({
      path,
      line: 15,
      keyPath: "domains.lines.files.1",
    });
    expect(placeOf(["domains", "tales", "licence"]).line).toBe(7);
    expect(placeOf(["nothing"])).toEqual({ path, keyPath: "nothing" });
  });

  it("names what is wrong by key path and line", async () => {
    expect(await messageOf(smallDataset.replace("seqLen: 32", "seqLen: 0.5"))).toBe(
      "seqLen must be int, got 0.5 (seqLen, d.yaml:2)",
    );
    expect(await messageOf(smallDataset.replace("seqLen: 32\n", ""))).toBe(
      "seqLen must be number, got undefined (seqLen, d.yaml)",
    );
    expect(await messageOf(smallDataset.replace("vocabSize: 300", "vocabSize: 1"))).toBe(
      "tokenizer.vocabSize must be >=258, got 1 (tokenizer.vocabSize, d.yaml:3)",
    );
    expect(await messageOf(smallDataset.replace("format: jsonl", "format: csv"))).toBe(
      'domains.lines.format must be one of "text"|"source"|"jsonl", got "csv" (domains.lines.format, d.yaml:12)',
    );
    expect(await messageOf(smallDataset.replace("  lines:", "  Li nes:"))).toBe(
      'a name in domains must be small letters, digits, dots and dashes, got "Li nes" (domains.Li nes, d.yaml:11)',
    );
  });

  it("names a key it does not know, a file that is not YAML and one that is not there", async () => {
    const unknown = await errorOf(smallDataset.replace("heldOut", "heldout"));
    expect(unknown.message).toMatch(
      /^heldout is not a key that a dataset file knows \(heldout, .*d\.yaml:4\)$/,
    );
    expect(unknown.hint).toBe("check its spelling, or remove it");
    expect(await messageOf("a: [1\nb: 2")).toMatch(/^the dataset file is not YAML: .* \(d\.yaml:2\)$/);
    await expect(readDataset(createFiles(), "/nowhere/d.yaml")).rejects.toThrow(
      "the dataset file does not exist (/nowhere/d.yaml)",
    );
  });
});
