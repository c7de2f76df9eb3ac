/** @file How many bytes a run's ledger will take on the disk, before it starts. */
import type { Config } from "../config/schema.ts";
import type { Manifest } from "../corpus/manifest.ts";
import { defaultSegmentBytes } from "../ledger/log/group-commit.ts";
import { type JournalLine, encodeLine } from "../ledger/journal/journal-line.ts";
import { batchByteLength, columnNames, endOfStream, schemaMessage } from "../ledger/log/observations.ts";
import { pageWords } from "../ledger/pages/page.ts";
import { sealedBatchRows } from "../ledger/log/seal-segment.ts";
import { encodeChecksums } from "../ledger/journal/segment-states.ts";
import { metricsOf } from "../loop.ts";
import { keyOf, threefry2x32 } from "../random.ts";
import { keepOf } from "../sampler/options.ts";
import { learningRateAt } from "../training/schedule.ts";
import { type Weighing, createWeighing } from "../weighing/weighing.ts";

/** Bytes of a run's ledger. */
export interface LedgerGrowth {
  /** Rows of all steps that are kept, sealed as they are in the end. */
  readonly rows: number;
  /** The journal in the end: a record of every step. */
  readonly journal: number;
  /** A raw segment, which may be there beside them until it is sealed. */
  readonly raw: number;
  /** Pages of each checkpoint, once every training instance has been drawn. */
  readonly pages: number;
}

const key = keyOf("ledger growth", "", "typical numbers");

/** Number `index` in [0, 1), with all digits that a float64 has. */
const digitsOf = (index: number): number => {
  const [high, low] = threefry2x32(key, index, 0);
  return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53;
};

/** A wall time in ms, as the difference of two clock readings is: with the digits of its rounding. */
const elapsedMs = (index: number): number => {
  const started = Math.round(1e12 * digitsOf(index)) / 1e6;
  return started + Math.round(1e7 * digitsOf(index + 1)) / 1e6 - started;
};

/** The record of a step with losses like a run's: what makes its line long is the digits of its numbers. */
const typicalRecord = (config: Config, weighing: Weighing, step: number): Record<string, number> => {
  const { model, sampler, training, steps } = config;
  const size = training.batchSize;
  const at = step * (2 * size + 16);
  const base = new Float32Array(size).fill(keepOf(sampler));
  const batch = {
    losses: Float32Array.from({ length: size }, (_, slot) => 1 + 2 * digitsOf(at + slot)),
    base,
    probability:
      sampler.kind === "uniform"
        ? base
        : base.map((value, slot) => Math.min(1, value * (0.5 + digitsOf(at + size + slot)))),
  };
  const { weights } = weighing.weigh(batch, step);
  const { diagnostics } = weighing.weigh({ ...batch, used: weights }, step);
  const end = at + 2 * size;
  return {
    learningRate: learningRateAt(step, { ...training, steps }),
    gradientNorm: digitsOf(end),
    ...(model.kind === "regression" && { distance: digitsOf(end + 1) }),
    ...metricsOf(diagnostics),
    ms: elapsedMs(end + 2),
    drawMs: elapsedMs(end + 4),
    readMs: elapsedMs(end + 6),
  };
};

/** A checksum as long as most are. */
const checksum = 2 ** 31;
const lengthOf = (line: JournalLine): number => encodeLine(line, checksum).bytes.byteLength;

/** How a run of this package cuts its log. */
interface Cut {
  /** Steps of every segment but the last, which has `lastSteps`. */
  readonly segmentSteps: number;
  readonly lastSteps: number;
  readonly segments: number;
  /** Segments given up by the end, oldest first. */
  readonly dropped: number;
}

const cutOf = ({ steps, ledger, sampler, checkpoint, training }: Config): Cut => {
  const stepBytes = batchByteLength(training.batchSize);
  const segmentSteps = Math.ceil((defaultSegmentBytes - schemaMessage.byteLength) / stepBytes);
  const segments = Math.ceil(steps / segmentSteps);
  // The last step has a checkpoint, and so have those that are kept before it.
  const oldest = Math.max(0, steps - (checkpoint.retain - 1) * checkpoint.everySteps);
  const through = Math.min(steps - (ledger.retainSteps ?? steps), oldest - sampler.lag - 1);
  const dropped = Math.floor(Math.max(0, through) / segmentSteps);
  return { segmentSteps, lastSteps: steps - (segments - 1) * segmentSteps, segments, dropped };
};

/** Bytes of a sealed file. */
const sealedBytes = (rows: number): number => {
  const rest = rows % sealedBatchRows;
  const whole = Math.floor(rows / sealedBatchRows) * batchByteLength(sealedBatchRows);
  return schemaMessage.byteLength + whole + (rest > 0 ? batchByteLength(rest) : 0) + endOfStream.byteLength;
};

/** Bytes of a seal's line. */
const sealBytes = (segment: number, rows: number): number => {
  const count = columnNames.length * Math.ceil(rows / sealedBatchRows);
  const checksums = encodeChecksums(Array<number>(count).fill(0));
  const cut = { end: sealedBytes(rows), rows, batchRows: sealedBatchRows };
  return lengthOf({ kind: "seal", segment, ...cut, checksums });
};

/** Lines whose lengths are averaged; their steps are spread over the run. */
const sampledLines = 64;

/** Mean length of a step's line. */
const stepLineBytes = (config: Config, { segmentSteps }: Cut): number => {
  const { steps, training } = config;
  const rows = training.batchSize;
  const weighing = createWeighing(config.weighing);
  const lines = Math.min(sampledLines, steps);
  let bytes = 0;
  for (let line = 0; line < lines; line++) {
    const step = 1 + Math.floor((line * steps) / lines);
    const segment = 1 + Math.floor((step - 1) / segmentSteps);
    const end = schemaMessage.byteLength + (1 + ((step - 1) % segmentSteps)) * batchByteLength(rows);
    const metrics = typicalRecord(config, weighing, step);
    bytes += lengthOf({ kind: "step", step, branch: 0, segment, end, rows, data: checksum, metrics });
  }
  return bytes / lines;
};

const trainingRows = ({ shards, heldOut }: Manifest): number => {
  const all = shards.reduce((sum, { rows }) => sum + rows, 0);
  return all - heldOut.reduce((sum, { shard, block }) => sum + shards[shard]!.blocks[block]!.rows, 0);
};

/** Estimates the ledger of a run that nothing interrupts, from its configuration and corpus: rows by the format, the journal by
 * lines that are encoded with typical numbers. Within a few percent of a run with one of this package's trainers.
 * O(batch size). */
export const ledgerGrowth = (config: Config, manifest: Manifest): LedgerGrowth => {
  const { steps, ledger, training } = config;
  const size = training.batchSize;
  const cut = cutOf(config);
  const { segmentSteps, lastSteps, segments, dropped } = cut;
  const branch = { kind: "branch", branch: 0, parent: null, step: 0, formatVersion: 1 } as const;
  const opening = lengthOf({ ...branch, emaAlpha: ledger.emaAlpha, corpus: manifest.fingerprint });
  const seals =
    (segments - 1) * sealBytes(segments, segmentSteps * size) + sealBytes(segments, lastSteps * size);
  const drops = dropped * lengthOf({ kind: "drop", segment: segments });
  return {
    rows: (segments - 1 - dropped) * sealedBytes(segmentSteps * size) + sealedBytes(lastSteps * size),
    journal: Math.round(opening + steps * stepLineBytes(config, cut) + seals + drops),
    raw: schemaMessage.byteLength + Math.min(steps, segmentSteps) * batchByteLength(size),
    pages: 4 * pageWords * trainingRows(manifest),
  };
};
