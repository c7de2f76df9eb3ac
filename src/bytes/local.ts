/** @file Bytes of a local file: one open handle, positional reads. */
import { type FileHandle, open } from "node:fs/promises";

import { SourceError } from "../errors.ts";
import type { ByteSource, ReadOptions } from "./byte-source.ts";

const hints: Readonly<Record<string, string>> = {
  ENOENT: "put the file back, or prepare the corpus again",
  EACCES: "give this user permission to read it",
  EPERM: "give this user permission to read it",
  EMFILE: "raise the limit of open files (ulimit -n)",
  EISDIR: "name a file, not a folder",
};

const failure = (operation: string, uri: string, errno: string, cause?: unknown): SourceError => {
  const facts = { uri, operation, errno, retryable: errno === "EIO" || errno === "EAGAIN" };
  return new SourceError(
    `cannot ${operation} the file`,
    { ...facts, ...(hints[errno] && { hint: hints[errno] }) },
    cause,
  );
};

const errnoOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "EIO";

const attempt = <T>(operation: string, uri: string, work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw failure(operation, uri, errnoOf(error), error);
  });

/** Reads [start, end) of an open file, in as many reads as the system wants. */
const readWhole = async (
  handle: FileHandle,
  uri: string,
  start: number,
  end: number,
  { into, signal }: ReadOptions,
): Promise<Uint8Array> => {
  const bytes = into?.subarray(0, end - start) ?? new Uint8Array(end - start);
  for (let done = 0; done < bytes.byteLength;) {
    if (signal?.aborted)
      throw new SourceError("the read was aborted", { uri, offset: start + done, retryable: true });
    const wanted = bytes.byteLength - done;
    const { bytesRead } = await attempt("read", uri, handle.read(bytes, done, wanted, start + done));
    if (bytesRead === 0)
      throw new SourceError(`the file must have at least ${end} bytes, got ${start + done}`, {
        uri,
        hint: "it was cut; put the whole file back, or prepare the corpus again",
      });
    done += bytesRead;
  }
  return bytes;
};

/** Opens a local file for positional reads; its length is the one it has now.
 * @param path file to read
 * @param uri  name for messages; the path when left out
 * @throws {SourceError} when there is no such file, it is a folder, or it may not be read */
export const openLocalSource = async (path: string, uri: string = path): Promise<ByteSource> => {
  const handle = await attempt("open", uri, open(path, "r"));
  const stats = await attempt("open", uri, handle.stat()).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  if (!stats.isFile()) {
    await handle.close();
    throw failure("open", uri, "EISDIR");
  }
  return {
    uri,
    byteLength: stats.size,
    read: (start, end, options = {}) => readWhole(handle, uri, start, end, options),
    close: () => attempt("close", uri, handle.close()),
  };
};
