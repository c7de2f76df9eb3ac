/** @file Reading columns of the log in large batches, for scans to which the limits between steps do not matter. */
import { type Columns, copyRows, createColumns, sliceRows } from "./column-rows.ts";
import { type Log, type Span, type StepRange, closeSegment, openSegment, spansOf } from "./log.ts";
import type { ColumnName, Observations } from "./observations.ts";
import type { SealedSegment } from "./sealed-segment.ts";
import { StepsOfRows, hasLargeSteps } from "./steps-of-rows.ts";
import { readBytes, readRawSteps } from "./segments.ts";

/** Rows into which small steps of raw segments are put together. */
const gatheredRows = 16_384;

/** Columns of the rows [from, to) of a span's sealed segment, a batch of it at a time; the next one is read while one is looked at,
 * into the place of the one before. Steps are read only where they are small. */
async function* readSealed<Name extends ColumnName>(
  sealed: SealedSegment,
  names: readonly Name[],
  { from, to }: { readonly from: number; readonly to: number },
  steps: StepsOfRows | null,
): AsyncGenerator<Columns<Name>> {
  const { batchRows } = sealed;
  const last = Math.floor((to - 1) / batchRows);
  const stored = names.filter((name) => name !== "step" || steps === null);
  const places = [0, 1].map(() => new Uint8Array(sealed.byteLengthOf(stored)));
  const read = (batch: number): Promise<Columns<Name>> =>
    sealed.readColumns(batch, stored, places[batch & 1]);
  let next: Promise<Columns<Name>> | null = null;
  try {
    for (let batch = Math.floor(from / batchRows); batch <= last; batch++) {
      const columns: Columns<Name> = await (next ?? read(batch));
      next = batch < last ? read(batch + 1) : null;
      next?.catch(() => undefined); // its failure is met when it is awaited
      const first = batch * batchRows;
      const [start, end] = [Math.max(0, from - first), Math.min(columns.size, to - first)];
      const rows = sliceRows(stored, columns, start, end);
      yield steps === null ? rows : { ...rows, step: steps.take(end - start) };
    }
  } finally {
    await next?.catch(() => undefined);
  }
}

/** Small steps put together, large ones as they are. A batch is overwritten by the next. */
async function* gather<Name extends ColumnName>(
  steps: AsyncIterable<Observations>,
  names: readonly Name[],
): AsyncGenerator<Columns<Name>> {
  const gathered = createColumns(names, gatheredRows);
  let size = 0;
  for await (const rows of steps) {
    const isLarge = 2 * rows.size > gatheredRows;
    if (size > 0 && (isLarge || size + rows.size > gatheredRows)) {
      yield sliceRows(names, gathered, 0, size);
      size = 0;
    }
    if (isLarge) {
      yield rows;
      continue;
    }
    copyRows(names, gathered, size, rows, 0, rows.size);
    size += rows.size;
  }
  if (size > 0) yield sliceRows(names, gathered, 0, size);
}

async function* readSpan<Name extends ColumnName>(
  log: Log,
  names: readonly Name[],
  span: Span,
): AsyncGenerator<Columns<Name>> {
  const { history } = log;
  const segment = await openSegment(log, span);
  try {
    if ("raw" in segment) {
      yield* gather(readRawSteps(segment.path, segment.raw, history, span, readBytes, false), names);
      return;
    }
    const last = history.place(span.branch, span.last);
    const from = history.place(span.branch, span.first).firstRow;
    const isTold = names.some((name) => name === "step") && hasLargeSteps(history, span);
    const steps = isTold ? new StepsOfRows(history, span) : null;
    yield* readSealed(segment.sealed, names, { from, to: last.firstRow + last.rows }, steps);
  } finally {
    await closeSegment(segment);
  }
}

/** Columns of the steps `first` … `last` as a branch sees them, in the order of steps and slots. Of sealed segments only the
 * bytes of these columns are read, each checked; the steps of large ones are not even that, but told by the journal. A batch is
 * the caller's until the next is asked for.
 * @throws {LedgerError} as {@link readSteps} does. O(bytes of these columns); raw segments: O(bytes). Memory: two batches. */
export async function* readBatches<Name extends ColumnName>(
  log: Log,
  names: readonly Name[],
  range: StepRange,
): AsyncGenerator<Columns<Name>> {
  for (const span of spansOf(log.history, range)) yield* readSpan(log, names, span);
}
