/** @file Making the files of the log agree with the journal: what is missing is damage, what is left over goes. */
import { basename, join } from "node:path";

import { LedgerError, mustBe } from "../../errors.ts";
import { type Files, temporaryMark } from "../../files.ts";
import type { History } from "../journal/history.ts";
import { sealedOf, sealedPath, segmentOf, segmentPath } from "./segment-files.ts";
import type { SegmentState } from "../journal/segment-states.ts";
import { setFileAside, setTailAside } from "./set-aside.ts";

const checkLength = (path: string, rule: string, byteLength: number): never => {
  throw new LedgerError(mustBe(`the length of ${basename(path)}`, rule, byteLength), {
    path,
    offset: byteLength,
    hint: "nothing was cut; restore this file from a copy, or start a new run",
  });
};

/** Checks that every live file is as long as its last line says. */
const measure = (folder: string, state: SegmentState, lengths: ReadonlyMap<string, number>): void => {
  const { segment, end, seal, dropped } = state;
  if (dropped) return;
  const path = seal === null ? segmentPath(folder, segment) : sealedPath(folder, segment);
  const byteLength = lengths.get(basename(path)) ?? 0;
  if (seal === null ? byteLength < end : byteLength !== seal.end)
    checkLength(path, seal === null ? `at least ${end}` : String(seal.end), byteLength);
};

/** Brings a ledger's folder to what its journal says, holding the lock.
 *
 * 1. The live file of every segment, raw or sealed, must be there and long enough.
 * 2. Files that a crash left beside it go: half-written seals, seals without a line, raw files whose seal counts, dropped ones.
 * 3. Rows that no line speaks for are set aside in files of their own.
 *
 * @returns paths of what was set aside
 * @throws {LedgerError} where a file is missing or too short: damage, nothing cut
 * @throws {StorageError} when the disk refuses */
export const tidySegments = async (files: Files, folder: string, history: History): Promise<string[]> => {
  const lengths = new Map<string, number>();
  for (const name of await files.list(folder))
    if (segmentOf(name) !== null || sealedOf(name) !== null)
      lengths.set(name, await files.byteLength(join(folder, name)));
  for (const state of history.segments.values()) measure(folder, state, lengths);

  const setAside: string[] = [];
  for (const name of await files.list(folder)) {
    const path = join(folder, name);
    const raw = history.segments.get(segmentOf(name) ?? -1);
    const sealed = history.segments.get(sealedOf(name) ?? -1);
    const isHalfSealed = name.startsWith("sealed-") && name.includes(temporaryMark);
    const isLeftSealed =
      sealedOf(name) !== null && (sealed === undefined || sealed.seal === null || sealed.dropped);
    const isLeftRaw = raw !== undefined && raw.seal !== null;
    if (isHalfSealed || isLeftSealed || isLeftRaw) await files.remove(path);
    else if (segmentOf(name) !== null && raw === undefined) setAside.push(await setFileAside(files, path));
    else if (raw !== undefined && lengths.get(name)! > raw.end)
      setAside.push(await setTailAside(files, path, raw.end));
  }
  return setAside;
};
