import { describe, expect, it } from "vitest";

import { datasetSchema } from "../../../src/corpus/prepare/dataset.ts";
import { planCorpus } from "../../../src/corpus/prepare/plan.ts";
import { sliceBytes } from "../../../src/corpus/prepare/slice.ts";

const dataset = datasetSchema.parse({
  name: "n",
  seqLen: 64,
  tokenizer: { kind: "bytes" },
  domains: {
    a: { format: "text", files: [{ path: "a" }, { path: "b" }] },
    c: { format: "jsonl", files: [{ path: "c" }] },
  },
});
const input = (path: string, byteLength: number): { path: string; byteLength: number; sha256: string } => ({
  path,
  byteLength,
  sha256: `hash of ${path} ${byteLength}`,
});
const inputs = [[input("/a", 10 * sliceBytes), input("/b", 5)], [input("/c", 7)]];

describe("planCorpus", () => {
  it("divides a domain's slices into parts of 128 MiB, in order", () => {
    const plan = planCorpus(dataset, inputs);
    expect(plan.inputBytes).toBe(10 * sliceBytes + 12);
    expect(plan.parts.map(({ name, domain, slices }) => [name, domain, slices.length])).toEqual([
      ["a-00000", 0, 8],
      ["a-00001", 0, 3],
      ["c-00000", 1, 1],
    ]);
    expect(plan.parts[1]!.slices.map(({ path, start }) => [path, start / sliceBytes])).toEqual([
      ["/a", 8],
      ["/a", 9],
      ["/b", 0],
    ]);
    expect(plan.parts[2]!.slices[0]!.format).toBe("jsonl");
  });

  it("has a key of options and contents, not of places", () => {
    const { key } = planCorpus(dataset, inputs);
    const moved = inputs.map((domain) => domain.map((each) => ({ ...each, path: `/moved${each.path}` })));
    expect(planCorpus(dataset, moved).key).toBe(key);
    const licensed = { ...dataset.domains, c: { ...dataset.domains["c"]!, licence: "MIT" } };
    expect(planCorpus({ ...dataset, domains: licensed }, inputs).key).toBe(key);
    const others = [
      planCorpus({ ...dataset, seqLen: 65 }, inputs),
      planCorpus({ ...dataset, tokenizer: { kind: "bpe", vocabSize: 300, trainBytes: 5 } }, inputs),
      planCorpus(dataset, [inputs[0]!, [input("/c", 8)]]),
      planCorpus(dataset, [inputs[0]!.toReversed(), inputs[1]!]),
      planCorpus({ ...dataset, domains: { a: dataset.domains["a"]!, d: dataset.domains["c"]! } }, inputs),
    ];
    expect(new Set([key, ...others.map((plan) => plan.key)]).size).toBe(6);
  });
});
