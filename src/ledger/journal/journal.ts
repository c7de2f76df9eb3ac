/** @file Reading the commit journal: which lines are good, where a torn end begins, and what is damage. */
import { join } from "node:path";

import { LedgerError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { type DecodedLine, decodeLine } from "./journal-line.ts";

/** The journal of a ledger's folder. */
export const journalPath = (folder: string): string => join(folder, "journal.jsonl");

/** A good line and where it lies: bytes [offset, end) of the journal, newline included. */
export interface JournalEntry extends DecodedLine {
  readonly offset: number;
  readonly end: number;
}

/** Where the good lines end. */
export interface JournalEnd {
  /** Offset behind the last good line. */
  readonly end: number;
  /** Its checksum; 0 where there is none. */
  readonly crc: number;
  /** Bytes behind it: a write that a crash tore, or one still under way. */
  readonly tornBytes: number;
}

const chunkBytes = 2 ** 20;
const newline = 10;

/** Lines of bytes [start, end), newlines left out; one that has none comes last and `whole: false`. */
async function* rawLines(
  files: Files,
  path: string,
  start: number,
  end: number,
): AsyncGenerator<readonly { bytes: Buffer; offset: number; whole: boolean }[]> {
  const file = await files.openRead(path);
  try {
    let rest: Buffer = Buffer.alloc(0);
    let offset = start;
    for (let at = start; at < end; at += chunkBytes) {
      const chunk = await file.read(at, Math.min(end, at + chunkBytes));
      rest = rest.byteLength === 0 ? Buffer.from(chunk.buffer) : Buffer.concat([rest, chunk]);
      const lines = [];
      let from = 0;
      for (let to = rest.indexOf(newline); to >= 0; to = rest.indexOf(newline, from)) {
        lines.push({ bytes: rest.subarray(from, to), offset: offset + from, whole: true });
        from = to + 1;
      }
      yield lines;
      rest = rest.subarray(from);
      offset += from;
    }
    if (rest.byteLength > 0) yield [{ bytes: rest, offset, whole: false }];
  } finally {
    await file.close();
  }
}

const damaged = (path: string, offset: number, problem: string): LedgerError =>
  new LedgerError(problem, {
    path,
    offset,
    hint: "nothing was cut; restore this file from a copy, or start a new run",
  });

/** A scan's end, and the damage that it ended at, if it did. */
interface Scan extends JournalEnd {
  readonly damage: LedgerError | null;
}

const scanFrom = async (
  files: Files,
  path: string,
  visit: (entries: readonly JournalEntry[]) => void,
  from: Pick<JournalEnd, "end" | "crc">,
): Promise<Scan> => {
  const byteLength = (await files.exists(path)) ? await files.byteLength(path) : 0;
  let last = { end: from.end, crc: from.crc };
  let badOffset: number | null = null;
  let damage: LedgerError | null = null;
  for await (const lines of byteLength <= from.end ? [] : rawLines(files, path, from.end, byteLength)) {
    const entries: JournalEntry[] = [];
    for (const { bytes, offset, whole } of lines) {
      const decoded = whole ? decodeLine(bytes) : null;
      if (decoded === null) {
        badOffset ??= offset;
        continue;
      }
      if (badOffset !== null) damage = damaged(path, badOffset, "the journal is damaged before a good line");
      else if (decoded.previous !== last.crc)
        damage = damaged(path, offset, "a journal line does not follow the one before it");
      if (damage !== null) break;
      last = { end: offset + bytes.byteLength + 1, crc: decoded.crc };
      const { line, previous, crc } = decoded;
      entries.push({ line, previous, crc, offset, end: last.end });
    }
    visit(entries);
    if (damage !== null) break;
  }
  return { ...last, tornBytes: byteLength - last.end, damage };
};

/** Reads a journal from its start to its good end, chunk by chunk, so that memory does not follow its length.
 *
 * Bad lines with no good one behind them are a torn write and end the reading; `visit` sees the good lines only, in order. Damage is
 * looked at twice: a writer beside us may have cut a torn end off, and written on, between two of our reads.
 * @param visit called once for each chunk
 * @param from where an earlier reading ended, to see only what was added since; the journal's start when left out
 * @throws {LedgerError} with file and offset, when a good line follows a bad one, or does not follow the line before it. O(bytes). */
export const scanJournal = async (
  files: Files,
  path: string,
  visit: (entries: readonly JournalEntry[]) => void,
  from: Pick<JournalEnd, "end" | "crc"> = { end: 0, crc: 0 },
): Promise<JournalEnd> => {
  const first = await scanFrom(files, path, visit, from);
  const { damage, ...end } = first.damage === null ? first : await scanFrom(files, path, visit, first);
  if (damage !== null) throw damage;
  return end;
};

/** Reads good lines again, up to an end that {@link scanJournal} found, as they are asked for.
 * @throws {LedgerError} when a line has changed since. O(bytes). */
export async function* readJournal(files: Files, path: string, end: number): AsyncGenerator<JournalEntry> {
  if (end === 0) return;
  for await (const lines of rawLines(files, path, 0, end))
    for (const { bytes, offset } of lines) {
      const decoded = decodeLine(bytes);
      if (decoded === null) throw damaged(path, offset, "a journal line has changed since it was checked");
      yield { ...decoded, offset, end: offset + bytes.byteLength + 1 };
    }
}
