/** @file A ledger altered by someone who knows the format: every checksum is made to fit again, so only derivation can tell. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";

import { type JournalLine, type StepLine, decodeLine, encodeLine } from "../../src/ledger/journal-line.ts";
import { type Observations, readStepBatch, schemaMessage } from "../../src/ledger/observations.ts";
import { segmentPath } from "../../src/ledger/segments.ts";

const journalOf = (ledger: string): string => join(ledger, "journal.jsonl");

/** Lines of a ledger's journal. */
export const journalLines = (ledger: string): JournalLine[] =>
  readFileSync(journalOf(ledger), "utf8")
    .trimEnd()
    .split("\n")
    .map((text) => decodeLine(Buffer.from(text))!.line);

/** Writes a journal anew, its chain of checksums made to fit. */
export const writeJournal = (ledger: string, lines: readonly JournalLine[]): void => {
  let previous = 0;
  const bytes = lines.map((line) => {
    const encoded = encodeLine(line, previous);
    previous = encoded.crc;
    return encoded.bytes;
  });
  writeFileSync(journalOf(ledger), Buffer.concat(bytes));
};

/** Changes the rows of a step, the last line of that number, and makes data and journal checksums fit. */
export const forgeStep = (ledger: string, step: number, change: (rows: Observations) => void): void => {
  const lines = journalLines(ledger);
  const isStep = (line: JournalLine): line is StepLine => line.kind === "step";
  const line = lines.filter(isStep).findLast((other) => other.step === step)!;
  const at = lines.indexOf(line);
  const before = lines.slice(0, at).filter(isStep);
  const start = before.findLast(({ segment }) => segment === line.segment)?.end ?? 0;
  const path = segmentPath(ledger, line.segment);
  const segment = readFileSync(path);
  const from = start === 0 ? schemaMessage.byteLength : start;
  const batch = new Uint8Array(segment.subarray(from, line.end));
  change(readStepBatch(batch, line.rows)!);
  segment.set(batch, from);
  writeFileSync(path, segment);
  lines[at] = { ...line, data: crc32(segment.subarray(start, line.end)) };
  writeJournal(ledger, lines);
};
