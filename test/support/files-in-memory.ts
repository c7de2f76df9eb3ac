/** @file {@link Files} in memory, for tests that look at thousands of damaged copies of a folder. */
import { join } from "node:path";

import { StorageError } from "../../src/errors.ts";
import type { AppendFile, Files } from "../../src/files.ts";

const bytesOf = (content: Uint8Array | string): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

/** Files by path, changed in place; folders are there when something is in them. */
export const createFilesInMemory = (contents: Map<string, Uint8Array>): Files => {
  const get = (path: string): Uint8Array => {
    const bytes = contents.get(path);
    if (bytes === undefined)
      throw new StorageError("cannot read", { path, operation: "read", errno: "ENOENT" });
    return bytes;
  };
  const below = (folder: string): string[] =>
    [...contents.keys()].filter((path) => path.startsWith(join(folder, "/")));
  const rename = (from: string, to: string): void => {
    const isFolder = !contents.has(from);
    if (isFolder && below(to).length > 0)
      throw new StorageError("cannot rename", { path: to, operation: "rename", errno: "ENOTEMPTY" });
    for (const path of isFolder ? below(from) : [from]) {
      contents.set(to + path.slice(from.length), get(path));
      contents.delete(path);
    }
  };
  const grow = (path: string, byteLength?: number): AppendFile => {
    contents.set(path, (contents.get(path) ?? new Uint8Array()).slice(0, byteLength));
    return {
      path,
      get byteLength() {
        return get(path).byteLength;
      },
      async append(bytes) {
        contents.set(path, Buffer.concat([get(path), bytes]));
      },
      async overwrite(bytes, position) {
        get(path).set(bytes, position);
      },
      sync: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  };
  const files: Files = {
    read: async (path) => new Uint8Array(get(path)),
    readText: async (path) => new TextDecoder().decode(get(path)),
    list: async (folder) =>
      [
        ...new Set(below(folder).map((path) => path.slice(join(folder, "/").length).split("/")[0]!)),
      ].toSorted(),
    exists: async (path) => contents.has(path) || below(path).length > 0,
    byteLength: async (path) => get(path).byteLength,
    makeFolder: () => Promise.resolve(),
    async remove(path) {
      for (const each of [path, ...below(path)]) contents.delete(each);
    },
    move: async (from, to) => rename(from, to),
    async publish(path, content) {
      contents.set(path, bytesOf(content).slice());
    },
    async publishFolder(path, fill) {
      await fill(`${path}.partial`);
      rename(`${path}.partial`, path);
    },
    async write(path, content) {
      contents.set(path, bytesOf(content).slice());
    },
    openAppend: async (path, byteLength) => grow(path, byteLength),
    openDurable: async (path, byteLength) => grow(path, byteLength),
    openRead: async (path) => {
      get(path);
      return {
        byteLength: async () => get(path).byteLength,
        async read(start, end, into) {
          const bytes = get(path).subarray(start, end);
          const copy = into?.subarray(0, bytes.byteLength) ?? new Uint8Array(bytes.byteLength);
          copy.set(bytes);
          return copy;
        },
        close: () => Promise.resolve(),
      };
    },
    syncFolder: () => Promise.resolve(),
  };
  return files;
};
