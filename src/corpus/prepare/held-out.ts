/** @file Which documents are held out: by a keyed hash of their content, so that copies fall on one side and order does not count. */
import { createHash } from "node:crypto";

import { type Key, keyOf, threefry2x32 } from "../../random.ts";

const key: Key = keyOf(0, "", "held-out");

/** Two independent uniform uint32 of a document's content: Threefry of the first 8 bytes of its SHA-256.
 * @returns [for the held-out split, for sampling what the tokenizer learns from]. O(document). */
export const contentHash = (bytes: Uint8Array, start: number, end: number): [number, number] => {
  const digest = createHash("sha256").update(bytes.subarray(start, end)).digest();
  return threefry2x32(key, digest.readUInt32LE(0), digest.readUInt32LE(4));
};

/** A share as a bound on hashes: `hash < shareBound(share)` has that probability.
 * @param share in [0, 1] */
export const shareBound = (share: number): number => Math.round(share * 2 ** 32);

/** Bound below which a domain's documents are held out: the share's, raised so that the document of least hash always is. */
export const heldOutBound = (share: number, leastHash: number): number =>
  Math.max(shareBound(share), leastHash + 1);
