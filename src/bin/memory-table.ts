/** @file What a run will take in memory, as text. */
import { gigabytes } from "../study/memory/run-memory.ts";
import type { MemoryPart } from "../training/gpt-memory.ts";
import { textTable } from "./text-table.ts";

/** The parts, their total, and what there is. */
export const memoryTable = (parts: readonly MemoryPart[], limit: number): string => {
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = [
    ...parts.map(({ name, bytes }) => [name, gigabytes(bytes)]),
    ["total, estimated", gigabytes(total)],
    ["memory here", gigabytes(limit)],
  ];
  return `${textTable(rows)}${total <= limit ? "" : "it does not fit: lower training.microBatchSize or the model's sizes\n"}`;
};
