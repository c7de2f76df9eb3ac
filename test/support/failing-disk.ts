/** @file A {@link Disk} that fails at a chosen operation or stops after one, as a full disk or a crash would. */
import { type Disk, type DiskFile, nodeDisk } from "../../src/disk.ts";

/** What a disk can be asked to change; each counts as one operation. */
export type DiskOperation =
  | "makeFolder"
  | "openFile"
  | "write"
  | "sync"
  | "truncate"
  | "close"
  | "rename"
  | "remove"
  | "syncFolder";

/** What the disk shall do, and what it has been asked so far. */
export interface FailingDisk extends Disk {
  /** Every operation asked for, in order, the failed one included. */
  readonly operations: readonly { readonly operation: DiskOperation; readonly path: string }[];
}

/** When and how the disk fails. */
export interface DiskFailure {
  /** Number of the failing operation, from 1; Infinity only counts. */
  readonly at: number;
  /** The system's error name; default `ENOSPC`. */
  readonly errno?: string;
  /** `once`: only that operation fails. `forever`: it and all later ones do. `stop`: it and all later ones never settle, as after a SIGKILL. */
  readonly lasts?: "once" | "forever" | "stop";
  /** Counts only these; default all. */
  readonly of?: readonly DiskOperation[];
  /** A failing or stopped write leaves this share of its bytes behind, in [0, 1]; default 0. */
  readonly tornShare?: number;
}

const systemError = (errno: string, operation: string, path: string): Error =>
  Object.assign(new Error(`${errno}: simulated, ${operation} '${path}'`), { code: errno });

/** Wraps `disk` so that its `failure.at`-th operation fails. Close always closes, so that no descriptor leaks. */
export const createFailingDisk = (failure: DiskFailure, disk: Disk = nodeDisk): FailingDisk => {
  const operations: { operation: DiskOperation; path: string }[] = [];
  const lasts = failure.lasts ?? "once";
  let counted = 0;

  const attempt = async <T>(
    operation: DiskOperation,
    path: string,
    act: () => Promise<T>,
    fail?: () => Promise<void>,
  ): Promise<T> => {
    operations.push({ operation, path });
    const isCounted = failure.of === undefined || failure.of.includes(operation);
    const failsNow = isCounted && (counted += 1) === failure.at;
    if (!failsNow && !(counted >= failure.at && lasts !== "once")) return act();
    if (failsNow || operation === "close") await fail?.();
    if (lasts === "stop") return new Promise(() => {});
    throw systemError(failure.errno ?? "ENOSPC", operation, path);
  };

  const wrapFile = (path: string, file: DiskFile): DiskFile => ({
    write: (bytes, position) =>
      attempt(
        "write",
        path,
        () => file.write(bytes, position),
        () => {
          const torn = Math.floor(bytes.byteLength * (failure.tornShare ?? 0));
          return torn === 0 ? Promise.resolve() : file.write(bytes.subarray(0, torn), position);
        },
      ),
    sync: () => attempt("sync", path, () => file.sync()),
    truncate: (byteLength) => attempt("truncate", path, () => file.truncate(byteLength)),
    close: () =>
      attempt(
        "close",
        path,
        () => file.close(),
        () => file.close(),
      ),
  });

  return {
    operations,
    makeFolder: (path) => attempt("makeFolder", path, () => disk.makeFolder(path)),
    async openFile(path, mode) {
      return wrapFile(path, await attempt("openFile", path, () => disk.openFile(path, mode)));
    },
    rename: (from, to) => attempt("rename", to, () => disk.rename(from, to)),
    remove: (path) => attempt("remove", path, () => disk.remove(path)),
    syncFolder: (path) => attempt("syncFolder", path, () => disk.syncFolder(path)),
  };
};
