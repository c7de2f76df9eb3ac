/** @file The bytes that a step had in its raw segment, made again from its rows: they depend on nothing else. */
import { crc32 } from "node:zlib";

import { copyRows } from "./column-rows.ts";
import { type Observations, columnNames, createStepBatch, schemaMessage } from "./observations.ts";
import type { StepPlace } from "../journal/step-places.ts";

/** Checksum that the journal line of a step must have, if these are its rows. O(rows).
 * @param rows that hold the step's
 * @param from the step's first among them */
export const stepChecksum = (place: StepPlace, rows: Observations, from: number): number => {
  const { bytes, columns } = createStepBatch(place.rows);
  copyRows(columnNames, columns, 0, rows, from, from + place.rows);
  return crc32(bytes, place.start === 0 ? crc32(schemaMessage) : 0);
};
