/** @file The one place that writes: atomic publish, durable append, lock. Everything goes through {@link Disk}, which tests replace to fail at a chosen operation. */
import { randomUUID } from "node:crypto";
import { type FileHandle, access, open, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { type Disk, nodeDisk } from "./disk.ts";
import { StorageError } from "./errors.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const readRange = async (handle: FileHandle, start: number, end: number, into?: Bytes): Promise<Bytes> => {
  const bytes = into?.subarray(0, end - start) ?? new Uint8Array(Math.max(0, end - start));
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesRead } = await handle.read(bytes, done, bytes.byteLength - done, start + done);
    if (bytesRead === 0) return bytes.slice(0, done);
    done += bytesRead;
  }
  return bytes;
};

const hints: Record<string, string> = {
  ENOSPC: "free some space and resume; everything acknowledged so far is safe",
  EDQUOT: "free some of your quota and resume; everything acknowledged so far is safe",
  EACCES: "give this user write permission there, or choose another folder",
  EPERM: "give this user write permission there, or choose another folder",
  EROFS: "choose a folder on a writable disk",
  ENOENT: "check the path",
  ENOTDIR: "a part of this path is a file; choose another folder",
  EEXIST: "choose another path, or remove what is there",
};

const attempt = async <T>(operation: string, path: string, act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const errno = error instanceof Error && "code" in error ? String(error.code) : "EIO";
    const facts = { path, operation, errno, ...(hints[errno] && { hint: hints[errno] }) };
    throw new StorageError(`cannot ${operation} ${basename(path)}`, facts, error);
  }
};

/** A file that only grows. Bytes are safe after the `sync` that follows their `append`. */
export interface AppendFile {
  readonly path: string;
  /** Bytes in the file, appended ones included. */
  readonly byteLength: number;
  append(bytes: Uint8Array): Promise<void>;
  /** Writes at `position` < `byteLength`; only for scratch files, since a crash may leave a part. */
  overwrite(bytes: Uint8Array, position: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A file open for reading at any place. */
export interface ReadFile {
  /** Bytes in the file when asked; a file that another process appends to grows. */
  byteLength(): Promise<number>;
  /** Bytes [start, end), fewer where the file ends before: new, or at the head of `into`, which has room. O(end − start). */
  read(start: number, end: number, into?: Bytes): Promise<Bytes>;
  close(): Promise<void>;
}

/** Safe writing and plain reading of files. Every method throws {@link StorageError} with path, operation and errno. */
export interface Files {
  read(path: string): Promise<Bytes>;
  readText(path: string): Promise<string>;
  /** Names in a folder, sorted; empty when there is no such folder. */
  list(folder: string): Promise<string[]>;
  exists(path: string): Promise<boolean>;
  byteLength(path: string): Promise<number>;
  makeFolder(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Renames within a disk and syncs the parent. */
  move(from: string, to: string): Promise<void>;
  /** The whole file or none of it: temporary file, sync, rename over `path`, sync of the parent. */
  publish(path: string, content: Uint8Array | string): Promise<void>;
  /** The whole folder or none of it: `fill` writes into a temporary sibling (by {@link Files.write}), which is then renamed to `path`; `path` must not exist. */
  publishFolder(path: string, fill: (folder: string) => Promise<void>): Promise<void>;
  /** Writes and syncs a new file; only for files inside a folder that {@link Files.publishFolder} fills, since a crash leaves a part. */
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** Opens a file to grow from `byteLength` on; what is behind is cut off. Without it: from its end. */
  openAppend(path: string, byteLength?: number): Promise<AppendFile>;
  /** {@link Files.openAppend} of a file whose appended bytes are safe when `append` settles, without a sync. */
  openDurable(path: string, byteLength?: number): Promise<AppendFile>;
  openRead(path: string): Promise<ReadFile>;
  /** fsync of a folder: names made in it so far survive a power cut. */
  syncFolder(path: string): Promise<void>;
}

type Mode = Parameters<Disk["openFile"]>[1];

const openGrowing = (disk: Disk, path: string, mode: Mode, byteLength?: number): Promise<AppendFile> =>
  attempt("open", path, async () => {
    const file = await disk.openFile(path, mode);
    const cut = async (): Promise<number> => {
      const { size } = await stat(path);
      if (byteLength !== undefined && byteLength !== size) await file.truncate(byteLength);
      return byteLength ?? size;
    };
    let end = await cut().catch(async (error: unknown) => {
      await file.close();
      throw error;
    });
    return {
      path,
      get byteLength() {
        return end;
      },
      append: (bytes) =>
        attempt("write", path, async () => {
          await file.write(bytes, end);
          end += bytes.byteLength;
        }),
      overwrite: (bytes, position) => attempt("write", path, () => file.write(bytes, position)),
      sync: () => attempt("sync", path, () => file.sync()),
      close: () => attempt("close", path, () => file.close()),
    };
  });

const bytesOf = (content: Uint8Array | string): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

/** Name of a temporary sibling; {@link temporaryMark} finds what a crash left. */
export const temporaryMark = ".partial-";
const temporaryOf = (path: string): string => `${path}${temporaryMark}${randomUUID().slice(0, 8)}`;

/** {@link Files} over a disk; tests pass one that fails or stops. */
export const createFiles = (disk: Disk = nodeDisk): Files => {
  const syncFolders = (folder: string): Promise<void> =>
    attempt("sync", folder, async () => {
      for (const entry of await readdir(folder, { withFileTypes: true }))
        if (entry.isDirectory()) await syncFolders(join(folder, entry.name));
      await disk.syncFolder(folder);
    });
  const files: Files = {
    read: (path) => attempt("read", path, () => readFile(path)),
    readText: (path) => attempt("read", path, () => readFile(path, "utf8")),
    async list(folder) {
      if (!(await files.exists(folder))) return [];
      return (await attempt("list", folder, () => readdir(folder))).sort();
    },
    exists: (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    byteLength: async (path) => (await attempt("stat", path, () => stat(path))).size,
    makeFolder: (path) => attempt("create folder", path, () => disk.makeFolder(path)),
    remove: (path) => attempt("remove", path, () => disk.remove(path)),
    move: (from, to) =>
      attempt("rename", to, async () => {
        await disk.rename(from, to);
        await disk.syncFolder(dirname(to));
      }),
    async publish(path, content) {
      const temporary = temporaryOf(path);
      await files.write(temporary, content);
      await files.move(temporary, path);
    },
    async publishFolder(path, fill) {
      const temporary = temporaryOf(path);
      await files.makeFolder(temporary);
      await fill(temporary);
      await syncFolders(temporary);
      await files.move(temporary, path);
    },
    write: (path, content) =>
      attempt("write", path, async () => {
        const file = await disk.openFile(path, "create");
        try {
          await file.write(bytesOf(content), 0);
          await file.sync();
        } finally {
          await file.close();
        }
      }),
    openAppend: (path, byteLength) => openGrowing(disk, path, "keep", byteLength),
    openDurable: (path, byteLength) => openGrowing(disk, path, "durable", byteLength),
    async openRead(path) {
      const handle = await attempt("open", path, () => open(path, "r"));
      return {
        byteLength: () => attempt("stat", path, async () => (await handle.stat()).size),
        read: (start, end, into) => attempt("read", path, () => readRange(handle, start, end, into)),
        close: () => attempt("close", path, () => handle.close()),
      };
    },
    syncFolder: (path) => attempt("sync", path, () => disk.syncFolder(path)),
  };
  return files;
};

/** Removes what a crash left half-written in a folder: names with {@link temporaryMark}. */
export const sweepTemporaries = async (files: Files, folder: string): Promise<void> => {
  for (const name of await files.list(folder))
    if (name.includes(temporaryMark)) await files.remove(join(folder, name));
};
