/** @file What a run did, for telling whether two runs are the same to the last bit. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { createFiles } from "../../src/files.ts";
import { type Observations, columnNames } from "../../src/ledger/log/observations.ts";
import { openLedgerReader } from "../../src/ledger/reader.ts";

/** A run's content. Arrays hold one entry a step. */
export interface RunContent {
  /** Steps of the ledger's live branch, in the order of the journal. */
  readonly steps: readonly number[];
  /** Draws, losses and weights: every column of the live branch's log but the branch number, one hash a step. */
  readonly observations: readonly string[];
  /** The steps' records as metrics.jsonl has them, evaluations included; what the clock decides left out. */
  readonly metrics: readonly string[];
  /** Hash of each file of the last checkpoint's model: parameters and the optimiser's moments. */
  readonly model: Readonly<Record<string, string>>;
}

const hashOf = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** Which branch wrote a row is no part of what a run came to. */
const contentNames = columnNames.filter((name) => name !== "branch");

const hashOfColumns = (columns: Observations): string =>
  hashOf(Buffer.concat(contentNames.map((name) => bytesOf(columns[name]))));
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Reads a run's folder after its end. */
export const readRunContent = async (folder: string): Promise<RunContent> => {
  const reader = await openLedgerReader(createFiles(), join(folder, "ledger"));
  const steps: number[] = [];
  for await (const { step } of reader.steps()) steps.push(step);
  const observations: string[] = [];
  for await (const columns of reader.observations()) observations.push(hashOfColumns(columns));
  const checkpoints = join(folder, "checkpoints");
  const model = join(checkpoints, readdirSync(checkpoints).toSorted().at(-1)!, "model");
  return {
    steps,
    observations,
    metrics: readFileSync(join(folder, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.stringify({ ...JSON.parse(line), ms: 0, drawMs: 0, readMs: 0 })),
    model: Object.fromEntries(
      readdirSync(model).map((name) => [name, hashOf(readFileSync(join(model, name)))]),
    ),
  };
};
