/** @file Lines of the commit journal: JSON, each sealed with its own checksum and that of the line before it. */
import { crc32 } from "node:zlib";

/** Plain data of a step's record. */
export type MetricValue =
  | number
  | string
  | boolean
  | null
  | readonly MetricValue[]
  | { readonly [name: string]: MetricValue };

/** A step's record, e.g. learningRate, r, gamma, rho, ess, gradientNorm, tokens. Numbers that are not finite are written as null. */
export type Metrics = Readonly<Record<string, MetricValue>>;

/** A place in a ledger's history, as a checkpoint or a ledger that refers to it remembers it. */
export interface LedgerPosition {
  readonly branch: number;
  /** Last step held; 0 before the first. */
  readonly step: number;
  /** Checksum of the journal line that wrote the step (at step 0: that opened the journal); tells one ledger from another. */
  readonly crc: number;
}

/** A step is durable once its line is. Its rows lie in bytes [end of the step before it in that segment, or 0, end). */
export interface StepLine {
  readonly kind: "step";
  /** From 1; the step after the one before it in its branch. */
  readonly step: number;
  readonly branch: number;
  /** Number of the segment file, from 1. */
  readonly segment: number;
  /** Offset behind the step's last byte. */
  readonly end: number;
  /** M. */
  readonly rows: number;
  /** CRC-32 of the step's bytes; those of the segment's schema count to its first step. */
  readonly data: number;
  readonly metrics: Metrics;
}

/** Opens a branch behind `step` of `parent`; the first line of a journal opens branch 0 at step 0 of nothing. */
export interface BranchLine {
  readonly kind: "branch";
  readonly branch: number;
  readonly parent: number | null;
  /** Last step shared with the parent. */
  readonly step: number;
  readonly formatVersion: 1;
  /** Fixed for a run: pages of another one cannot be rebuilt. */
  readonly emaAlpha: number;
  /** Fingerprint of the corpus; left out where the writer was not told. */
  readonly corpus?: string;
  /** Where the reference ledger stood; left out without one. */
  readonly reference?: LedgerPosition;
}

/** A closed segment was rewritten in large batches: from here on its rows lie in the sealed file. */
export interface SealLine {
  readonly kind: "seal";
  readonly segment: number;
  /** Length of the sealed file. */
  readonly end: number;
  readonly rows: number;
  /** Rows of every batch but the last, which has the rest. */
  readonly batchRows: number;
  /** CRC-32 of every column's bytes in every batch, batch by batch in the order of the columns: uint32, little-endian, base64. */
  readonly checksums: string;
}

/** A sealed segment was given up by `ledger.retainSteps`: its rows can be read no more. */
export interface DropLine {
  readonly kind: "drop";
  readonly segment: number;
}

/** Mixture weights set from outside, and the first step drawn with them. */
export interface MixtureLine {
  readonly kind: "mixture";
  /** Effect step, at least the current one + lag + 1. */
  readonly step: number;
  /** Domain name → weight. */
  readonly weights: Readonly<Record<string, number>>;
}

/** Everything a journal can say. */
export type JournalLine = StepLine | BranchLine | SealLine | DropLine | MixtureLine;

/** A line as read: with its checksum and the one it expects before it. */
export interface DecodedLine {
  readonly line: JournalLine;
  readonly previous: number;
  readonly crc: number;
}

const kinds: ReadonlySet<string> = new Set<JournalLine["kind"]>([
  "step",
  "branch",
  "seal",
  "drop",
  "mixture",
]);
const before = ',"previous":';
const mark = ',"crc":';

/** A line's bytes, newline included, and its checksum: CRC-32 of the bytes before `,"crc":`.
 * @param previous checksum of the line before, 0 for the first */
export const encodeLine = (line: JournalLine, previous: number): { bytes: Buffer; crc: number } => {
  const body = `${JSON.stringify(line).slice(0, -1)}${before}${previous}`;
  const crc = crc32(body);
  return { bytes: Buffer.from(`${body}${mark}${crc}}\n`), crc };
};

/** The line that these bytes (without newline) hold, or null where they are not a whole line of ours: no byte can differ. */
export const decodeLine = (bytes: Buffer): DecodedLine | null => {
  const bodyEnd = bytes.lastIndexOf(mark);
  if (bodyEnd < 0) return null;
  const body = bytes.subarray(0, bodyEnd);
  const crc = crc32(body);
  if (bytes.toString("latin1", bodyEnd) !== `${mark}${crc}}`) return null;
  const text = body.toString();
  const lineEnd = text.lastIndexOf(before);
  const line: JournalLine = JSON.parse(`${text.slice(0, lineEnd)}}`);
  const previous = Number(text.slice(lineEnd + before.length));
  return kinds.has(line.kind) ? { line, previous, crc } : null;
};
