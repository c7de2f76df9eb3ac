import { describe, expect, it } from "vitest";

import { datasetSchema } from "../../../src/corpus/prepare/dataset.ts";

const domain = { format: "text", files: [{ path: "a.txt" }] };
const least = { name: "n", seqLen: 64, tokenizer: { kind: "bytes" }, domains: { d: domain } };

const problemOf = (value: unknown): string | undefined => {
  const result = datasetSchema.safeParse(value);
  return result.success
    ? undefined
    : `${result.error.issues[0]!.path.join(".")}: ${result.error.issues[0]!.message}`;
};

describe("datasetSchema", () => {
  it("declares the defaults", () => {
    expect(datasetSchema.parse(least)).toEqual({
      ...least,
      heldOut: 0.05,
      blockBytes: 8_388_608,
      blocksPerDomain: 16,
    });
    expect(datasetSchema.parse({ ...least, tokenizer: { kind: "bpe", vocabSize: 258 } }).tokenizer).toEqual({
      kind: "bpe",
      vocabSize: 258,
      trainBytes: 67_108_864,
    });
  });

  it.each([
    [{ ...least, seqLen: 7 }, "seqLen: Too small: expected number to be >=8"],
    [{ ...least, heldOut: 0 }, "heldOut: Too small: expected number to be >0"],
    [{ ...least, heldOut: 0.6 }, "heldOut: Too big: expected number to be <=0.5"],
    [
      { ...least, tokenizer: { kind: "bpe", vocabSize: 257 } },
      "tokenizer.vocabSize: Too small: expected number to be >=258",
    ],
    [{ ...least, domains: {} }, "domains: at least one domain"],
    [
      { ...least, domains: { d: { ...domain, files: [] } } },
      "domains.d.files: Too small: expected array to have >=1 items",
    ],
    [
      { ...least, domains: { d: { ...domain, files: [{}] } } },
      "domains.d.files.0: either a path or a package",
    ],
    [
      { ...least, domains: { d: { ...domain, files: [{ path: "a", package: "b/c" }] } } },
      "domains.d.files.0: either a path or a package",
    ],
    [
      { ...least, domains: { d: { ...domain, files: [{ package: "rxjs" }] } } },
      "domains.d.files.0.package: an npm package's name and a path in it, e.g. rxjs/README.md",
    ],
    [
      { ...least, domains: { d: { ...domain, files: [{ path: "a", sha256: "12" }] } } },
      "domains.d.files.0.sha256: 64 hexadecimal digits",
    ],
    [{ ...least, name: "../n" }, "name: small letters, digits, dots and dashes"],
  ])("refuses %j", (value, problem) => {
    expect(problemOf(value)).toBe(problem);
  });
});
