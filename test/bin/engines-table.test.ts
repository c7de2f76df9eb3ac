import { describe, expect, it } from "vitest";

import { enginesTable, sizeName } from "../../src/bin/engines-table.ts";
import type { EngineFindings } from "../../src/study/engines/survey.ts";

const size = {
  sizes: { layers: 4, heads: 4, width: 128, context: 100, vocabSize: 1024, biases: true },
  rows: 10,
};
const nothing = { found: null, problem: null, gradientError: null, stepMs: [] };
const findings: EngineFindings[] = [
  {
    ...nothing,
    candidate: { name: "onnx cpu", options: { kind: "onnx", backend: "cpu", threads: 2 } },
    found: { name: "onnx cpu, 2 threads", version: "1.30.0" },
    gradientError: 0.00031,
    stepMs: [50],
  },
  {
    ...nothing,
    candidate: { name: "tfjs tensorflow", options: { kind: "tfjs", backend: "tensorflow" } },
    problem: { message: "package x is not installed", hint: "run: npm i x" },
  },
  {
    ...nothing,
    candidate: { name: "tfjs cpu", options: { kind: "tfjs", backend: "cpu" } },
    found: { name: "tfjs cpu", version: "4.22.0" },
    gradientError: 0.5,
    problem: { message: "gradients are off" },
    stepMs: [null],
  },
];

describe("enginesTable", () => {
  it("lists what is there, then what is not and what adds it", () => {
    expect(enginesTable(findings, { check: false, sizes: [], limitMs: 60_000 })).toMatchInlineSnapshot(`
      "engine                    version              runs as
      onnx cpu           ready   1.30.0  onnx cpu, 2 threads
      tfjs tensorflow  missing
      tfjs cpu           wrong   4.22.0             tfjs cpu

      tfjs tensorflow: package x is not installed
        run: npm i x
      tfjs cpu: gradients are off
      "
    `);
  });

  it("has a column for each question that was asked", () => {
    expect(enginesTable(findings, { check: true, sizes: [size], limitMs: 60_000 })).toMatchInlineSnapshot(`
      "engine                    version              runs as  gradient error  (4,4,128,100,10,1024) ms/step  tokens/s
      onnx cpu           ready   1.30.0  onnx cpu, 2 threads          3.1e-4                           50.0    20.0 k
      tfjs tensorflow  missing
      tfjs cpu           wrong   4.22.0             tfjs cpu          5.0e-1                      over 60 s

      tfjs tensorflow: package x is not installed
        run: npm i x
      tfjs cpu: gradients are off
      "
    `);
  });

  it("needs no list where nothing is wrong", () => {
    expect(
      enginesTable(findings.slice(0, 1), { check: false, sizes: [], limitMs: 1 }).split("\n"),
    ).toHaveLength(3);
  });
});

describe("sizeName", () => {
  it("is layers, heads, width, context, batch, vocabulary", () => {
    expect(sizeName(size)).toBe("(4,4,128,100,10,1024)");
  });
});
