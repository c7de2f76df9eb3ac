import { describe, expect, it } from "vitest";

import { createColumnBuffer } from "../../../src/study/export/column-buffer.ts";
import { column, nullableColumn } from "../../../src/study/export/run-table.ts";

describe("a column buffer", () => {
  it("gathers parts of batches, and begins anew after they were taken", () => {
    const buffer = createColumnBuffer(column("loss", "float32", ""), 4);
    buffer.add(Float32Array.of(1, 2, 3), 1, 3);
    buffer.add([0.5, 7], 0, 1);
    expect(buffer.take()).toEqual(Float32Array.of(2, 3, 0.5));
    buffer.add(Float32Array.of(9), 0, 1);
    expect(buffer.take()).toEqual(Float32Array.of(9));
  });

  it("widens uint16, which the writer does not take", () => {
    const buffer = createColumnBuffer(column("domain", "uint16", ""), 2);
    buffer.add(Uint16Array.of(1, 65_535), 0, 2);
    expect(buffer.take()).toEqual(Uint32Array.of(1, 65_535));
  });

  it("gives uint32 beyond 2³¹ as plain numbers, which the writer wants them to be", () => {
    const buffer = createColumnBuffer(column("row", "uint32", ""), 2);
    buffer.add(Uint32Array.of(5, 2 ** 31 - 1), 0, 2);
    expect(buffer.take()).toEqual(Uint32Array.of(5, 2 ** 31 - 1));
    buffer.add(Uint32Array.of(5, 2 ** 32 - 1), 0, 2);
    expect(buffer.take()).toEqual([5, 2 ** 32 - 1]);
  });

  it("keeps nulls, texts and booleans, and makes bigints of int64", () => {
    const nullable = createColumnBuffer(nullableColumn("loss", "float32", ""), 8);
    nullable.add([1, null], 0, 2);
    expect(nullable.take()).toEqual([1, null]);
    expect(nullable.take()).toEqual([]);
    const count = createColumnBuffer(column("bytes", "int64", ""), 8);
    count.add([2 ** 40, 1], 0, 2);
    expect(count.take()).toEqual([2n ** 40n, 1n]);
    const text = createColumnBuffer(column("uri", "text", ""), 8);
    text.add(["a", "b", "c"], 1, 2);
    expect(text.take()).toEqual(["b"]);
  });
});
