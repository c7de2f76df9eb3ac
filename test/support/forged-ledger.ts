/** @file A ledger altered by someone who knows the format: every checksum is made to fit again, so only derivation can tell. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";

import { copyRows, sliceObservations } from "../../src/ledger/log/column-rows.ts";
import {
  type JournalLine,
  type SealLine,
  type StepLine,
  decodeLine,
  encodeLine,
} from "../../src/ledger/journal/journal-line.ts";
import {
  type Observations,
  columnNames,
  columnRange,
  createStepBatch,
  endOfStream,
  readStepBatch,
  schemaMessage,
} from "../../src/ledger/log/observations.ts";
import { sealedPath, segmentPath } from "../../src/ledger/log/segment-files.ts";
import { encodeChecksums } from "../../src/ledger/journal/segment-states.ts";

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

const isStep = (line: JournalLine): line is StepLine => line.kind === "step";

/** Changes the rows of a step, the last line of that number, and makes data and journal checksums fit, those of the seal too
 * where its segment is sealed (in one batch, as small ones are). */
export const forgeStep = (ledger: string, step: number, change: (rows: Observations) => void): void => {
  const lines = journalLines(ledger);
  const line = lines.filter(isStep).findLast((other) => other.step === step)!;
  const seal = lines.find((other) => other.kind === "seal" && other.segment === line.segment);
  if (seal?.kind === "seal") forgeSealed(ledger, lines, line, seal, change);
  else forgeRaw(ledger, lines, line, change);
  writeJournal(ledger, lines);
};

const startOf = (lines: readonly JournalLine[], line: StepLine): number =>
  lines
    .slice(0, lines.indexOf(line))
    .filter(isStep)
    .findLast(({ segment }) => segment === line.segment)?.end ?? 0;

const forgeRaw = (
  ledger: string,
  lines: JournalLine[],
  line: StepLine,
  change: (rows: Observations) => void,
): void => {
  const start = startOf(lines, line);
  const path = segmentPath(ledger, line.segment);
  const segment = readFileSync(path);
  const from = start === 0 ? schemaMessage.byteLength : start;
  const batch = new Uint8Array(segment.subarray(from, line.end));
  change(readStepBatch(batch, line.rows)!);
  segment.set(batch, from);
  writeFileSync(path, segment);
  lines[lines.indexOf(line)] = { ...line, data: crc32(segment.subarray(start, line.end)) };
};

const forgeSealed = (
  ledger: string,
  lines: JournalLine[],
  line: StepLine,
  seal: SealLine,
  change: (rows: Observations) => void,
): void => {
  const path = sealedPath(ledger, line.segment);
  const file = readFileSync(path);
  const batch = new Uint8Array(file.subarray(schemaMessage.byteLength, seal.end - endOfStream.byteLength));
  const all = readStepBatch(batch, seal.rows)!;
  const before = lines.slice(0, lines.indexOf(line)).filter(isStep);
  const firstRow = before.reduce((sum, { segment, rows }) => sum + (segment === line.segment ? rows : 0), 0);
  const rows = sliceObservations(all, firstRow, firstRow + line.rows);
  change(rows);
  copyRows(columnNames, all, firstRow, rows, 0, rows.size);
  file.set(batch, schemaMessage.byteLength);
  writeFileSync(path, file);
  const { bytes, columns } = createStepBatch(line.rows);
  copyRows(columnNames, columns, 0, rows, 0, rows.size);
  const data = crc32(bytes, startOf(lines, line) === 0 ? crc32(schemaMessage) : 0);
  const checksums = columnNames.map((_, column) => {
    const { start, end } = columnRange(seal.rows, column);
    return crc32(batch.subarray(start, end));
  });
  lines[lines.indexOf(line)] = { ...line, data };
  lines[lines.indexOf(seal)] = { ...seal, checksums: encodeChecksums(checksums) };
};
