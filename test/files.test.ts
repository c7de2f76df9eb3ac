import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { StorageError } from "../src/errors.ts";
import { createFiles, sweepTemporaries } from "../src/files.ts";
import { createFailingDisk } from "./support/failing-disk.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const counted = ["makeFolder", "openFile", "write", "sync", "rename", "syncFolder"] as const;

/** A disk whose `failing`th operation fails; closing is not counted. */
const watched = (failing = Infinity, errno = "ENOSPC") => {
  const disk = createFailingDisk({ at: failing, errno, of: counted });
  const seen = (): string[] =>
    disk.operations.map(({ operation }) => operation).filter((operation) => operation !== "close");
  return { disk, seen };
};

describe("publish", () => {
  it("writes, syncs, renames and syncs the parent, in that order", async () => {
    const { disk, seen } = watched();
    await createFiles(disk).publish(join(folder, "a"), "content");
    expect(seen()).toEqual(["openFile", "write", "sync", "rename", "syncFolder"]);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("content");
  });

  it.each([1, 2, 3, 4])("leaves the old content when operation %i fails", async (failing) => {
    const path = join(folder, "a");
    writeFileSync(path, "old");
    await expect(createFiles(watched(failing).disk).publish(path, "new")).rejects.toThrow(StorageError);
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  it("says path, operation, errno and fix", async () => {
    const path = join(folder, "a");
    const error = await createFiles(watched(2).disk)
      .publish(path, "x")
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageError);
    const { message, hint, facts } = error as StorageError;
    expect(message).toMatch(/^cannot write a\.partial-\w+ \(.*, write, ENOSPC\)$/);
    expect(hint).toBe("free some space and resume; everything acknowledged so far is safe");
    expect(facts.operation).toBe("write");
  });
});

describe("publishFolder", () => {
  const fill =
    (files: ReturnType<typeof createFiles>) =>
    async (inside: string): Promise<void> => {
      await files.makeFolder(join(inside, "deep"));
      await files.write(join(inside, "deep", "a"), Uint8Array.of(1, 2, 3));
      await files.write(join(inside, "b"), "text");
    };

  it("appears whole, every file and every folder inside synced before the rename", async () => {
    const { disk, seen } = watched();
    const files = createFiles(disk);
    await files.publishFolder(join(folder, "out"), fill(files));
    expect(readFileSync(join(folder, "out/deep/a"))).toEqual(Buffer.from([1, 2, 3]));
    expect(seen().filter((operation) => operation === "sync")).toHaveLength(2);
    expect(seen().slice(-4)).toEqual(["syncFolder", "syncFolder", "rename", "syncFolder"]);
  });

  it("does not appear when any operation before the parent's sync fails; what is left is swept by name", async () => {
    const { disk, seen } = watched();
    const whole = createFiles(disk);
    await whole.publishFolder(join(folder, "whole"), fill(whole));
    for (let failing = 1; failing < seen().length; failing++) {
      const files = createFiles(watched(failing).disk);
      await expect(files.publishFolder(join(folder, "out"), fill(files))).rejects.toThrow(StorageError);
      expect(existsSync(join(folder, "out"))).toBe(false);
    }
    await sweepTemporaries(whole, folder);
    expect(readdirSync(folder)).toEqual(["whole"]);
  });
});

describe("openAppend", () => {
  it("grows from the end, or from a given length with the rest cut", async () => {
    const files = createFiles();
    const path = join(folder, "log");
    const first = await files.openAppend(path);
    await first.append(Uint8Array.of(1, 2, 3, 4));
    await first.sync();
    await first.close();
    const second = await files.openAppend(path, 2);
    await second.append(Uint8Array.of(9));
    expect(second.byteLength).toBe(3);
    await second.close();
    expect([...readFileSync(path)]).toEqual([1, 2, 9]);
  });

  it("a failed sync is a StorageError that names the file", async () => {
    const { disk } = watched(3, "EIO");
    const log = await createFiles(disk).openAppend(join(folder, "log"));
    await log.append(Uint8Array.of(1));
    await expect(log.sync()).rejects.toThrow(`cannot sync log (${join(folder, "log")}, sync, EIO)`);
    await log.close();
  });
});

describe("a file that cannot be cut", () => {
  it("is closed again, and the error names it", async () => {
    const path = join(folder, "log");
    await createFiles().publish(path, "four");
    const disk = createFailingDisk({ at: 1, errno: "EIO", of: ["truncate"] });
    await expect(createFiles(disk).openAppend(path, 2)).rejects.toThrow(
      `cannot open log (${path}, open, EIO)`,
    );
    expect(disk.operations.map(({ operation }) => operation)).toEqual(["openFile", "truncate", "close"]);
    expect(readFileSync(path, "utf8")).toBe("four");
  });
});

describe("reading", () => {
  it("puts bytes where they are wanted, and no more than there are", async () => {
    const path = join(folder, "bytes");
    const files = createFiles();
    await files.write(path, Uint8Array.of(1, 2, 3, 4, 5));
    const file = await files.openRead(path);
    const into = new Uint8Array(4).fill(9);
    const read = await file.read(1, 3, into);
    expect(read.buffer).toBe(into.buffer);
    expect([[...read], [...into]]).toEqual([
      [2, 3],
      [2, 3, 9, 9],
    ]);
    expect([...(await file.read(4, 8, into))]).toEqual([5]);
    expect(await file.read(3, 8)).toEqual(Uint8Array.of(4, 5));
    await file.close();
  });

  it("lists names in order, and nothing where there is no folder", async () => {
    const files = createFiles();
    await files.write(join(folder, "b"), "");
    await files.write(join(folder, "a"), "");
    expect(await files.list(folder)).toEqual(["a", "b"]);
    expect(await files.list(join(folder, "none"))).toEqual([]);
  });

  it("a missing file is a StorageError with the fix", async () => {
    const error = await createFiles()
      .read(join(folder, "none"))
      .catch((thrown: unknown) => thrown);
    expect((error as StorageError).message).toBe(`cannot read none (${join(folder, "none")}, read, ENOENT)`);
    expect((error as StorageError).hint).toBe("check the path");
  });
});
