/** @file Names of the log's files: a segment is raw while it grows, and sealed once it is closed. */
import { join } from "node:path";

const numbered = (segment: number): string => String(segment).padStart(6, "0");
const numberIn = (pattern: RegExp, name: string): number | null => {
  const match = pattern.exec(name);
  return match === null ? null : Number(match[1]);
};

/** Path of a raw segment: `segment-000001.arrows`, an Arrow IPC stream of a record batch a step. */
export const segmentPath = (folder: string, segment: number): string =>
  join(folder, `segment-${numbered(segment)}.arrows`);

/** Path of a sealed segment: `sealed-000001.arrows`, an Arrow IPC stream of large record batches. */
export const sealedPath = (folder: string, segment: number): string =>
  join(folder, `sealed-${numbered(segment)}.arrows`);

/** Number of the raw segment of this file name, or null where it names none. */
export const segmentOf = (name: string): number | null => numberIn(/^segment-(\d{6,})\.arrows$/, name);

/** Number of the sealed segment of this file name, or null where it names none. */
export const sealedOf = (name: string): number | null => numberIn(/^sealed-(\d{6,})\.arrows$/, name);

/** Number of the segment that a file belongs to, whatever became of it (set aside, half-written); 0 for other files. */
export const anySegmentOf = (name: string): number => numberIn(/^(?:segment|sealed)-(\d+)/, name) ?? 0;
