/** @file `counterweight export RUN --to DIR`: a run's tables as Parquet files, all of them or none. */
import { basename, join, resolve } from "node:path";

import { type Files, temporaryMark } from "../../files.ts";
import { versions } from "../../versions.ts";
import type { RecordedRun } from "../replay/recorded-run.ts";
import { checkExportFolder } from "./export-folder.ts";
import type { OnProgress, TableName } from "./run-table.ts";
import { openTable, tableNames } from "./run-tables.ts";
import type { StepRange, TableSource } from "./table-source.ts";
import { type ParquetOptions, writeParquet } from "./write-parquet.ts";

/** What was exported. */
export interface Exported {
  readonly folder: string;
  readonly branch: number;
  readonly steps: StepRange;
  readonly tables: readonly ExportedTable[];
}

/** One file. */
export interface ExportedTable {
  readonly name: TableName;
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Key-value metadata of every file: which run, in whose words. */
export const metadataOf = (
  { folder, config, manifest, ledger }: RecordedRun,
  steps: StepRange,
): Record<string, string> => ({
  "counterweight.version": versions().counterweight,
  "counterweight.run": basename(resolve(folder)),
  "counterweight.config": JSON.stringify(config),
  "counterweight.corpus": manifest.fingerprint,
  "counterweight.branch": String(ledger.branch),
  "counterweight.firstStep": String(steps.first),
  "counterweight.lastStep": String(steps.last),
});

/** Writes `observations`, `steps`, `instances` and `shards` of a run into a new folder. It appears whole: an export that fails or
 * is ended leaves nothing behind, and an earlier export of the same run stays until its successor is complete.
 * @param folder new, empty, or holding an earlier export of this run
 * @throws {ConfigError} when the folder holds anything else
 * @throws {LedgerError} where the log is damaged
 * @throws {StorageError} when the disk refuses. O(rows of the log + instances); memory: a row group and the ledger's cache. */
export const exportRun = async (
  source: TableSource,
  folder: string,
  onProgress: OnProgress,
): Promise<Exported> => {
  const { files, run, steps } = source;
  const metadata = metadataOf(run, steps);
  await checkExportFolder(files, folder, metadata);
  const tables: ExportedTable[] = [];
  let partial: string | null = null;
  const target = resolve(folder); // `out/` would have its temporary sibling inside
  const replaced = `${target}${temporaryMark}replaced`;
  try {
    await files.publishFolder(target, async (temporary) => {
      partial = temporary;
      for (const name of tableNames) {
        const options = { metadata, statistics: true, onProgress };
        const written = await exportTable(source, name, temporary, options);
        tables.push({ ...written, path: join(folder, basename(written.path)) });
      }
      if (!(await files.exists(target))) return;
      await files.remove(replaced);
      await files.move(target, replaced);
    });
  } catch (error) {
    await undo(files, target, partial, replaced);
    throw error;
  }
  await files.remove(replaced);
  return { folder, branch: run.ledger.branch, steps, tables };
};

const undo = async (
  files: Files,
  folder: string,
  partial: string | null,
  replaced: string,
): Promise<void> => {
  if (partial !== null) await files.remove(partial);
  if ((await files.exists(replaced)) && !(await files.exists(folder))) await files.move(replaced, folder);
};

/** Writes one table as `<name>.parquet` into a folder. */
export const exportTable = async (
  source: TableSource,
  name: TableName,
  folder: string,
  options: ParquetOptions,
): Promise<ExportedTable> => {
  const path = join(folder, `${name}.parquet`);
  const table = await openTable(name, source);
  const rows = await writeParquet(source.files, path, table, options);
  return { name, path, rows, bytes: await source.files.byteLength(path) };
};
