/** @file The operations that change a disk, and the machine's own: what tests replace to fail at a chosen operation. */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";

/** An open file, as {@link Disk} gives it. */
export interface DiskFile {
  /** Writes all of `bytes` at the file's end or at `position`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** fdatasync: the bytes written so far survive a power cut. */
  sync(): Promise<void>;
  truncate(byteLength: number): Promise<void>;
  close(): Promise<void>;
}

/** The operations that change a disk, each of them one thing that can fail or be the last before a crash. */
export interface Disk {
  makeFolder(path: string): Promise<void>;
  /** `create` fails when the file exists; `keep` opens what is there or creates it empty; `durable` does so too, and every write
   * is safe when it settles, as if a sync followed it (O_DSYNC: one operation where those are two). */
  openFile(path: string, mode: "create" | "keep" | "durable"): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** fsync of a folder: the names in it survive a power cut. */
  syncFolder(path: string): Promise<void>;
}

const writeAll = async (handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, position + done);
    done += bytesWritten;
  }
};

/** The machine's own disk. */
export const nodeDisk: Disk = {
  makeFolder: (path) => mkdir(path, { recursive: true }).then(() => undefined),
  async openFile(path, mode) {
    const extra = { create: constants.O_EXCL, keep: 0, durable: constants.O_DSYNC ?? 0 }[mode];
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT | extra);
    return {
      async write(bytes, position) {
        await writeAll(handle, bytes, position);
        if (mode === "durable" && extra === 0) await handle.datasync(); // Windows has no O_DSYNC
      },
      sync: () => handle.datasync(),
      truncate: (byteLength) => handle.truncate(byteLength),
      close: () => handle.close(),
    };
  },
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { recursive: true, force: true }),
  async syncFolder(path) {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
