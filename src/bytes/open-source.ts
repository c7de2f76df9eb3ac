/** @file From an address to its bytes: picks the source by the address' scheme. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { SourceError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { openLocalSource } from "./local.ts";

/** Opens the bytes at `uri`: a path, absolute or relative to `folder`, or a `file:` address.
 * @param uri    address as the manifest or the user wrote it; also the name in messages
 * @param folder where relative paths start
 * @throws {SourceError} for other schemes, and as {@link openLocalSource} does */
export const openSource = async (uri: string, folder: string): Promise<ByteSource> => {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return openLocalSource(resolve(folder, uri), uri);
  if (scheme === "file") return openLocalSource(fileURLToPath(uri), uri);
  throw new SourceError(`address must be a path or file:, got ${scheme}:`, {
    uri,
    hint: "copy the shards to this machine and name them by path",
  });
};
