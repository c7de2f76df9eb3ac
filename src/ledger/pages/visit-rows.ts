/** @file Visits of one page's rows in turn: each changes its row, and the sums over seen rows by as much as the row's terms change. */
import { type Page, pageColumns } from "./page.ts";
import { type BlockRun, type RowsByBlock, sortedColumns } from "./rows-by-block.ts";
import { type SeenSums, termOf, weightOf } from "./seen-sums.ts";

/** Rows whose changes are summed up in float64: fewer than 2¹² multiples of 2⁻²⁰ below 2²⁰ each, so exactly. */
const stretchRows = 4095;
const largestChange = 2 ** 20;

/** Size up to which a page stays near the processor when it is read. */
const nearBytes = 2 ** 19;

/** Reads a word of every 64 bytes. Rows that are visited in no order would each be waited for; read in order, a page comes by itself:
 * 69 → 51 ns a row of a rebuilt log. */
const touch = (words: Uint32Array): number => {
  let sum = 0;
  for (let at = 0; at < words.length; at += 16) sum ^= words[at]!;
  return sum;
};

/** `Page.visit` of the rows of a run, in their order. O(rows).
 * @param firstRow row in its shard at which the page starts
 * @param sums those of the page's domain, or null where they are made from the pages afterwards */
export const visitRows = (
  page: Page,
  rows: RowsByBlock,
  { start, end }: Omit<BlockRun, "block">,
  { firstRow, alpha }: { readonly firstRow: number; readonly alpha: number },
  sums: SeenSums | null,
): void => {
  if (8 * (end - start) > page.rows && page.words.byteLength <= nearBytes) rows.touched = touch(page.words);
  for (let from = start; from < end; from += stretchRows)
    visitStretch(page, rows, from, Math.min(end, from + stretchRows), firstRow, alpha, sums);
};

/** The same for so few rows that their changes can be summed up. Written out, over two views of the page and two of the rows: it
 * is what rebuilding and a step of many rows spend their time in. */
const visitStretch = (
  { rows: height, words: pageWords, floats: pageFloats }: Page,
  { room, words, floats }: RowsByBlock,
  start: number,
  end: number,
  firstRow: number,
  alpha: number,
  sums: SeenSums | null,
): void => {
  const ofStep = sortedColumns.step * room;
  const ofRow = sortedColumns.row * room;
  const ofLoss = sortedColumns.loss * room;
  const ofProbability = sortedColumns.probability * room;
  const ofBase = sortedColumns.base * room;
  const lastSteps = pageColumns.lastStep * height;
  const lastLosses = pageColumns.lastLoss * height;
  const previousLosses = pageColumns.previousLoss * height;
  const emaLosses = pageColumns.emaLoss * height;
  const minLosses = pageColumns.minLoss * height;
  const corrections = pageColumns.correction * height;
  let seen = 0;
  let weight = 0;
  let lastLoss = 0;
  let emaLoss = 0;
  for (let at = start; at < end; at++) {
    const slot = words[at]!;
    const row = words[ofRow + slot]! - firstRow;
    const loss = floats[ofLoss + slot]!;
    const correction = Math.fround(floats[ofBase + slot]! / floats[ofProbability + slot]!);
    const visits = pageWords[row]!;
    const oldLast = pageFloats[lastLosses + row]!;
    const oldEma = pageFloats[emaLosses + row]!;
    const oldCorrection = pageFloats[corrections + row]!;
    const least = pageFloats[minLosses + row]!;
    const wasSeen = visits !== 0;
    const ema = wasSeen ? Math.fround(oldEma + alpha * (loss - oldEma)) : loss;
    pageWords[row] = visits + 1;
    pageWords[lastSteps + row] = words[ofStep + slot]!;
    pageFloats[lastLosses + row] = loss;
    pageFloats[previousLosses + row] = oldLast;
    pageFloats[emaLosses + row] = ema;
    pageFloats[minLosses + row] = wasSeen ? Math.min(least, loss) : loss;
    pageFloats[corrections + row] = correction;
    if (sums === null) continue;
    const newWeight = weightOf(correction);
    const oldWeight = wasSeen ? weightOf(oldCorrection) : 0;
    if (!wasSeen) seen++;
    const weightChange = termOf(newWeight) - termOf(oldWeight);
    const lastChange = termOf(newWeight * loss) - (wasSeen ? termOf(oldWeight * oldLast) : 0);
    const emaChange = termOf(newWeight * ema) - (wasSeen ? termOf(oldWeight * oldEma) : 0);
    if (
      Math.abs(weightChange) < largestChange &&
      Math.abs(lastChange) < largestChange &&
      Math.abs(emaChange) < largestChange
    ) {
      weight += weightChange;
      lastLoss += lastChange;
      emaLoss += emaChange;
    } else sums.add(0, weightChange, lastChange, emaChange);
  }
  sums?.add(seen, weight, lastLoss, emaLoss);
};
