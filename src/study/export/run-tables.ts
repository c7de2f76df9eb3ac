/** @file The tables that a run has, by name. */
import { instancesTable } from "./instances-table.ts";
import { observationsTable } from "./observations-table.ts";
import type { RunTable, TableName } from "./run-table.ts";
import { shardsTable } from "./shards-table.ts";
import { stepsTable } from "./steps-table.ts";
import type { TableSource } from "./table-source.ts";

const tables: Readonly<Record<TableName, (source: TableSource) => RunTable | Promise<RunTable>>> = {
  observations: observationsTable,
  steps: stepsTable,
  instances: instancesTable,
  shards: shardsTable,
};

/** Names of all tables. */
export const tableNames: readonly TableName[] = ["observations", "steps", "instances", "shards"];

/** A run's table of this name. O(1), but O(bytes of the journal) for `steps`. */
export const openTable = async (name: TableName, source: TableSource): Promise<RunTable> =>
  tables[name](source);
