/** @file SHA-256 of a file, read in pieces. */
import { createHash } from "node:crypto";

import { openLocalSource } from "../../bytes/local.ts";

/** Length and hash of a file. */
export interface FileHash {
  readonly byteLength: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

const chunkBytes = 2 ** 22;

/** Reads a file once.
 * @param onBytes told of each piece read
 * @throws {SourceError} when it cannot be read, or `signal` is aborted. O(file). */
export const hashFile = async (
  path: string,
  onBytes: (bytes: number) => void = () => {},
  signal?: AbortSignal,
): Promise<FileHash> => {
  const source = await openLocalSource(path);
  try {
    const hash = createHash("sha256");
    const into = new Uint8Array(Math.min(chunkBytes, source.byteLength));
    for (let at = 0; at < source.byteLength; at += chunkBytes) {
      const end = Math.min(source.byteLength, at + chunkBytes);
      hash.update(await source.read(at, end, { into, ...(signal && { signal }) }));
      onBytes(end - at);
    }
    return { byteLength: source.byteLength, sha256: hash.digest("hex") };
  } finally {
    await source.close();
  }
};
