/** @file What is known of a finished part, on disk beside the shards, so that a restart can tell finished work from unfinished. */
import { join } from "node:path";
import { z } from "zod";

import type { Files } from "../../files.ts";
import type { WrittenShard } from "../parquet/shard-writer.ts";
import { hashFile } from "./file-hash.ts";
import type { Part, Plan } from "./plan.ts";

/** Folder of these records in the corpus' folder. */
export const recordFolder = "prepared";

/** A shard as written, with the hash of its whole file. */
export interface ShardRecord extends WrittenShard {
  /** Relative to the corpus' folder. */
  readonly uri: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Text bytes of the tokens in its rows. */
  readonly textBytes: number;
}

/** A finished part. */
export interface PartRecord {
  /** {@link Plan.key} of the plan it belongs to. */
  readonly key: string;
  /** Null when the documents gave no whole row. */
  readonly training: ShardRecord | null;
  readonly heldOut: ShardRecord | null;
}

const shardSchema: z.ZodType<ShardRecord> = z.strictObject({
  uri: z.string(),
  sha256: z.string(),
  textBytes: z.int(),
  rows: z.int(),
  bytes: z.int(),
  footerHash: z.string(),
  blocks: z.array(z.strictObject({ rows: z.int(), crc32: z.int().nullable() })),
});

const partSchema: z.ZodType<PartRecord> = z.strictObject({
  key: z.string(),
  training: shardSchema.nullable(),
  heldOut: shardSchema.nullable(),
});

/** A record of this plan in the corpus' folder; undefined when there is none, it is of another plan, or it was not written by this version.
 * @param name file name without `.json` */
export const readRecord = async <Kind extends { readonly key: string }>(
  files: Files,
  out: string,
  name: string,
  schema: z.ZodType<Kind>,
  plan: Plan,
): Promise<Kind | undefined> => {
  const path = join(out, recordFolder, `${name}.json`);
  if (!(await files.exists(path))) return undefined;
  const record = schema.safeParse(parsed(await files.readText(path)));
  return record.success && record.data.key === plan.key ? record.data : undefined;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Writes a record, whole or not at all.
 * @throws {StorageError} when the disk refuses */
export const writeRecord = (files: Files, out: string, name: string, record: object): Promise<void> =>
  files.publish(join(out, recordFolder, `${name}.json`), `${JSON.stringify(record)}\n`);

const isIntact = async (files: Files, out: string, shard: ShardRecord | null): Promise<boolean> => {
  if (shard === null) return true;
  const path = join(out, shard.uri);
  return (await files.exists(path)) && (await hashFile(path)).sha256 === shard.sha256;
};

/** Records of the parts whose shards are on disk as they were written; the others are to be made. O(shard bytes). */
export const readFinishedParts = async (
  files: Files,
  out: string,
  plan: Plan,
): Promise<Map<Part, PartRecord>> => {
  const finished = new Map<Part, PartRecord>();
  for (const part of plan.parts) {
    const record = await readRecord(files, out, part.name, partSchema, plan);
    if (record === undefined) continue;
    if ((await isIntact(files, out, record.training)) && (await isIntact(files, out, record.heldOut)))
      finished.set(part, record);
  }
  return finished;
};
