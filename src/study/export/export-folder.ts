/** @file Whether an export may be written to a folder: nothing of anyone else's may be lost. */
import { join } from "node:path";
import { parquetMetadataAsync } from "hyparquet";

import { ConfigError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { tableNames } from "./run-tables.ts";

const ownNames: ReadonlySet<string> = new Set(tableNames.map((name) => `${name}.parquet`));

/** What tells one run's export from another's. */
const identifying = ["counterweight.run", "counterweight.corpus"] as const;

/** Checks that a folder is not there, is empty, or holds an earlier export of the run and nothing else.
 * @param metadata of the export to come
 * @throws {ConfigError} naming the file that stands in the way */
export const checkExportFolder = async (
  files: Files,
  folder: string,
  metadata: Readonly<Record<string, string>>,
): Promise<void> => {
  for (const name of await files.list(folder)) {
    const path = join(folder, name);
    if (!ownNames.has(name)) throw refused(`holds ${name}, which is no export`, folder);
    const found = await metadataAt(files, path);
    const other = identifying.find((key) => found.get(key) !== metadata[key]);
    if (other !== undefined)
      throw refused(
        found.has(other)
          ? `holds the export of another run: ${name} is of ${found.get("counterweight.run")}`
          : `holds ${name}, which is no export`,
        folder,
      );
  }
};

const refused = (what: string, path: string): ConfigError =>
  new ConfigError(`the folder ${what}`, {
    path,
    hint: "choose another folder (--to), or empty this one; only an earlier export of the same run is replaced",
  });

/** Key-value metadata of a Parquet file; empty where it is none. */
const metadataAt = async (files: Files, path: string): Promise<Map<string, string>> => {
  const file = await files.openRead(path);
  try {
    const byteLength = await file.byteLength();
    const slice = async (start: number, end = byteLength): Promise<ArrayBuffer> =>
      (await file.read(start, end)).slice().buffer;
    const { key_value_metadata: pairs = [] } = await parquetMetadataAsync({ byteLength, slice });
    return new Map(pairs.map(({ key, value = "" }) => [key, value]));
  } catch {
    return new Map();
  } finally {
    await file.close();
  }
};
