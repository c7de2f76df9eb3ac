/** @file One writer a ledger: a lock that names its owner, and is taken over when the owner is dead.
 *
 * The lock is a folder with the owner's name in it, since renaming a folder onto one that is not empty fails: it appears whole
 * and only once. A dead owner's lock is renamed to `lock.past/<its token>`, which stays: who read that lock earlier and comes
 * late finds the name taken and cannot rename the new owner's lock away. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";

import { LedgerError, StorageError } from "../errors.ts";
import type { Files } from "../files.ts";

/** A process, told apart from every other that ran. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes at every boot; null where the system does not say (other than Linux). */
  readonly bootId: string | null;
  readonly pid: number;
  /** Clock ticks from boot to the process's start; null where the system does not say. */
  readonly startTime: string | null;
}

interface Owner extends ProcessIdentity {
  readonly token: string;
}

/** A lock that is held. */
export interface Lock {
  release(): Promise<void>;
}

const readWhereKnown = async (files: Files, path: string): Promise<string | null> =>
  (await files.exists(path)) ? files.readText(path).catch(() => null) : null;

/** Field 22 of /proc/<pid>/stat (proc(5)); the name before it may hold blanks and brackets. */
const startTimeOf = async (files: Files, pid: number): Promise<string | null> => {
  const stat = await readWhereKnown(files, `/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
};

/** This process. */
export const readProcessIdentity = async (files: Files): Promise<ProcessIdentity> => ({
  host: hostname(),
  bootId: (await readWhereKnown(files, "/proc/sys/kernel/random/boot_id"))?.trim() ?? null,
  pid: process.pid,
  startTime: await startTimeOf(files, process.pid),
});

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};

/** Whether a process of this host still runs: same boot, its pid in use, by a process that started when it did. */
const isAlive = async (files: Files, owner: Owner, self: ProcessIdentity): Promise<boolean> => {
  if (owner.bootId !== self.bootId || !isRunning(owner.pid)) return false;
  return owner.startTime === null || (await startTimeOf(files, owner.pid)) === owner.startTime;
};

const byHand = "make sure that nothing writes this ledger, then remove the folder `lock`";

const readOwner = async (files: Files, path: string): Promise<Owner | null> => {
  const ownerPath = join(path, "owner.json");
  if (!(await files.exists(ownerPath))) return null;
  try {
    return JSON.parse(await files.readText(ownerPath));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new LedgerError(
      "the ledger's lock does not name its owner",
      { path: ownerPath, hint: byHand },
      error,
    );
  }
};

const refusal = (owner: Owner, path: string, self: ProcessIdentity): LedgerError =>
  owner.host === self.host
    ? new LedgerError(`the ledger is being written by process ${owner.pid}`, {
        path,
        hint: "wait for that process, or stop it",
      })
    : new LedgerError(`the ledger is locked by process ${owner.pid} on host ${owner.host}`, {
        path,
        hint: "if nothing runs there any more, take it over with --steal-lock",
      });

/** Takes the lock of a folder.
 * @param stealLock also from an owner on another host, of which this one cannot tell whether it lives
 * @throws {LedgerError} naming the owner, when it lives or may live
 * @throws {StorageError} when the disk refuses */
export const acquireLock = async (
  files: Files,
  folder: string,
  { identity, stealLock = false }: { readonly identity: ProcessIdentity; readonly stealLock?: boolean },
): Promise<Lock> => {
  const path = join(folder, "lock");
  const past = join(folder, "lock.past");
  await files.makeFolder(past);
  const retire = (token: string): Promise<void> => files.move(path, join(past, token));
  const self: Owner = { ...identity, token: randomUUID() };
  for (let round = 0; round < 8; round++) {
    const owner = await readOwner(files, path);
    if (owner !== null) {
      const isForeign = owner.host !== self.host;
      if (isForeign ? !stealLock : await isAlive(files, owner, self)) throw refusal(owner, path, self);
      await retire(owner.token).catch(passIfTaken);
    }
    const isOurs = await files
      .publishFolder(path, (temporary) => files.write(join(temporary, "owner.json"), JSON.stringify(self)))
      .then(() => true, passIfTaken);
    if (isOurs) return { release: () => retire(self.token) };
  }
  throw new LedgerError("the ledger's lock cannot be taken and names no owner", { path, hint: byHand });
};

/** Another process was faster: look again who holds the lock. */
const passIfTaken = (error: unknown): false => {
  const isTaken =
    error instanceof StorageError && ["ENOTEMPTY", "EEXIST", "ENOENT"].includes(error.facts.errno ?? "");
  if (isTaken) return false;
  throw error;
};
