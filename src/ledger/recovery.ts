/** @file Making a ledger writable again: what a crash tore is set aside, and the branch to go on with is found or opened. */
import { dirname } from "node:path";

import { ConfigError, LedgerError, mustBe } from "../errors.ts";
import type { AppendFile, Files } from "../files.ts";
import { closeAll } from "./close-all.ts";
import { History, type LedgerOrigin, type LedgerPosition } from "./journal/history.ts";
import { type JournalEnd, journalPath, scanJournal } from "./journal/journal.ts";
import { type BranchLine, encodeLine } from "./journal/journal-line.ts";
import { checkReference, sameOrigin } from "./reference/reference-check.ts";
import { anySegmentOf } from "./log/segment-files.ts";
import { setTailAside } from "./log/set-aside.ts";
import { tidySegments } from "./log/tidy-segments.ts";

/** What opening had to do before it could write. */
export interface Recovery {
  /** Last step that the journal held; 0 for none. */
  readonly lastGoodStep: number;
  /** Step from which writing goes on: the checkpoint's. */
  readonly resumedStep: number;
  /** Files into which torn ends were set aside; empty after a clean close. */
  readonly setAside: readonly string[];
  /** Branch that this opening left behind, with its last step, or null where none was. */
  readonly abandoned: { readonly branch: number; readonly step: number } | null;
}

/** A ledger that can be written. */
export interface RecoveredLedger {
  readonly recovery: Recovery;
  readonly history: History;
  /** Open at its good end, the live branch's line included. */
  readonly journal: AppendFile;
  /** Checksum of its last line. */
  readonly previous: number;
  /** Number for the next segment: no file of that number was ever there. */
  readonly segment: number;
}

interface RecoverySetup {
  readonly files: Files;
  readonly folder: string;
  readonly emaAlpha: number;
  /** Where to go on; the start of the run when null. */
  readonly position: LedgerPosition | null;
  readonly origin: LedgerOrigin;
}

/** Checks that the journal reaches the checkpoint and is the one that the checkpoint was written with. */
const checkPosition = (
  path: string,
  history: History,
  end: JournalEnd,
  position: LedgerPosition | null,
): void => {
  if (position === null) return;
  const found = end.end === 0 ? null : history.positionOf(position.branch, position.step);
  if (found === null) {
    const last = history.branch < 0 ? 0 : history.lastStep(Math.min(position.branch, history.branch));
    throw new LedgerError(
      `ledger behind its checkpoint: the journal ends at step ${last}, the checkpoint is of step ${position.step}`,
      {
        path,
        offset: end.end,
        hint: "nothing was cut; resume from an older checkpoint, or restore the journal from a copy",
      },
    );
  }
  if (found.crc !== position.crc || found.branch !== position.branch)
    throw new LedgerError(
      `the ledger must be the one that its checkpoint was written with, got another step ${position.step}`,
      {
        path,
        hint: "resume with the ledger's own checkpoints",
      },
    );
};

/** The line that opens the branch to write, or null where the newest branch goes on. */
const nextBranch = (history: History, { position, emaAlpha, origin }: RecoverySetup): BranchLine | null => {
  const { corpus, reference } = origin;
  const line = {
    kind: "branch",
    formatVersion: 1,
    emaAlpha,
    ...(corpus !== null && { corpus }),
    ...(reference !== null && { reference }),
  } as const;
  if (history.branch < 0) return { ...line, branch: 0, parent: null, step: 0 };
  const step = position?.step ?? 0;
  const tip = history.positionOf(history.branch, history.lastStep(history.branch));
  // A run that failed before its first step may start again over another corpus or reference.
  const goesOn =
    tip?.step === step &&
    (position === null ? sameOrigin(history.originOf(history.branch), origin) : tip.crc === position.crc);
  return goesOn ? null : { ...line, branch: history.branch + 1, parent: position?.branch ?? 0, step };
};

/** Writes a branch's line, durably with the journal's name; returns its checksum. */
const openBranch = async (
  files: Files,
  history: History,
  journal: AppendFile,
  line: BranchLine,
  previous: number,
): Promise<number> => {
  const { bytes, crc } = encodeLine(line, previous);
  history.add({ line, crc, offset: journal.byteLength });
  await journal.append(bytes);
  await files.syncFolder(dirname(journal.path));
  return crc;
};

/** Opens journal and segments for writing, holding the lock.
 *
 * 1. The journal is read whole; damage before a good line is refused.
 * 2. The checkpoint's position must be in it.
 * 3. Torn ends of journal and segments, and segments that no line names, are set aside in files of their own.
 * 4. Unless the position is the end of the newest branch, a line opens the next branch there; what came after stays readable.
 *
 * @throws {LedgerError} for damage, `ledger behind its checkpoint`, or another run's ledger; nothing was cut
 * @throws {ConfigError} when emaAlpha or the reference is not that of the run
 * @throws {StorageError} when the disk refuses. O(bytes of the journal). */
export const recover = async (setup: RecoverySetup): Promise<RecoveredLedger> => {
  const { files, folder, emaAlpha, position, origin } = setup;
  const path = journalPath(folder);
  const history = new History(path);
  let alpha = emaAlpha;
  const end = await scanJournal(files, path, (entries) => {
    for (const entry of entries) {
      history.add(entry);
      if (entry.line.kind === "branch") alpha = entry.line.emaAlpha;
    }
  });
  checkPosition(path, history, end, position);
  checkReference(history, position, origin);
  if (alpha !== emaAlpha)
    throw new ConfigError(mustBe("ledger.emaAlpha", `${alpha} as before`, emaAlpha), {
      keyPath: "ledger.emaAlpha",
    });
  const setAside = await tidySegments(files, folder, history);
  if (end.tornBytes > 0) setAside.unshift(await setTailAside(files, path, end.end));

  const known = (await files.list(folder)).map(anySegmentOf);
  const segment =
    [...known, ...history.segments.keys()].reduce((most, number) => Math.max(most, number), 0) + 1;
  const newest =
    history.branch < 0 ? null : { branch: history.branch, step: history.lastStep(history.branch) };
  const line = nextBranch(history, setup);
  const journal = await files.openDurable(path);
  try {
    const previous = line === null ? end.crc : await openBranch(files, history, journal, line, end.crc);
    const isLeft = line !== null && line.parent !== null;
    const recovery = {
      lastGoodStep: newest?.step ?? 0,
      resumedStep: position?.step ?? 0,
      setAside,
      abandoned: isLeft ? newest : null,
    };
    return { recovery, history, journal, previous, segment };
  } catch (error) {
    await closeAll([() => journal.close()], { error });
    throw error;
  }
};
