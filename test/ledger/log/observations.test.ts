import { tableFromIPC } from "apache-arrow";
import { describe, expect, it } from "vitest";

import { createStepBatch, readStepBatch, schemaMessage } from "../../../src/ledger/log/observations.ts";

const filled = (rows: number) => {
  const { bytes, columns } = createStepBatch(rows);
  for (let slot = 0; slot < rows; slot++) {
    columns.step[slot] = 4_000_000_000 - slot;
    columns.branch[slot] = 60_000 + slot;
    columns.shard[slot] = slot;
    columns.row[slot] = 3_000_000_000 + slot;
    columns.domain[slot] = slot % 7;
    columns.loss[slot] = slot === 1 ? Number.NaN : Math.fround(slot / 3);
    columns.targets[slot] = 127;
    columns.weight[slot] = Math.fround(1 / (slot + 1));
    columns.probability[slot] = 0.5;
    columns.base[slot] = 0.25;
    if (slot % 3 !== 0) columns.trained[slot >> 3]! |= 1 << (slot & 7);
  }
  return { bytes, columns };
};

describe("a step's batch", () => {
  it.each([1, 2, 7, 8, 9, 16, 64, 65, 1000])("of %i rows is what apache-arrow reads", (rows) => {
    const { bytes, columns } = filled(rows);
    const table = tableFromIPC(Buffer.concat([schemaMessage, bytes, bytes]));
    expect(table.batches.map(({ numRows }) => numRows)).toEqual([rows, rows]);
    expect(table.schema.fields.map(({ name, type, nullable }) => `${name} ${type} ${nullable}`)).toEqual([
      "step Uint32 false",
      "branch Uint16 false",
      "shard Uint32 false",
      "row Uint32 false",
      "domain Uint16 false",
      "loss Float32 false",
      "targets Uint32 false",
      "weight Float32 false",
      "probability Float32 false",
      "base Float32 false",
      "trained Bool false",
    ]);
    const second = table.batches[1]!;
    for (const name of [
      "step",
      "branch",
      "shard",
      "row",
      "domain",
      "loss",
      "targets",
      "weight",
      "probability",
      "base",
    ] as const)
      expect(second.getChild(name)!.toArray()).toEqual(columns[name]);
    expect([...second.getChild("trained")!]).toEqual(
      Array.from({ length: rows }, (_, slot) => slot % 3 !== 0),
    );
  });

  it("is read back in place when aligned, and also when not", () => {
    const { bytes, columns } = filled(10);
    const aligned = readStepBatch(bytes, 10)!;
    expect(aligned).toEqual(columns);
    expect(aligned.loss.buffer).toBe(bytes.buffer);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(readStepBatch(shifted.subarray(3), 10)).toEqual(columns);
  });

  it("is refused when it has another length, other rows or another layout", () => {
    const { bytes } = filled(10);
    expect(readStepBatch(bytes.subarray(0, -8), 10)).toBeNull();
    expect(readStepBatch(bytes, 11)).toBeNull();
    const altered = bytes.slice();
    altered[40]! ^= 1;
    expect(readStepBatch(altered, 10)).toBeNull();
  });
});
