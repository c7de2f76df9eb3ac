import { describe, expect, it } from "vitest";

import { memoryTable } from "../../src/bin/memory-table.ts";

const parts = [
  { name: "process", bytes: 0.18e9 },
  { name: "a step's activations", bytes: 12.5e9 },
];

describe("memoryTable", () => {
  it("shows parts, total and what there is", () => {
    expect(memoryTable(parts, 16e9)).toBe(
      [
        "process                0.18 GB",
        "a step's activations  12.50 GB",
        "total, estimated      12.68 GB",
        "memory here           16.00 GB",
        "",
      ].join("\n"),
    );
  });

  it("says when it does not fit", () => {
    expect(memoryTable(parts, 8e9)).toMatch(/\nit does not fit: lower training\.microBatchSize .*\n$/);
  });
});
