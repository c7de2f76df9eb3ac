/** @file `counterweight export`: a run as Parquet files. */
import { Command } from "commander";

import { createFiles } from "../files.ts";
import { type Exported, exportRun } from "../study/export/export-run.ts";
import { type StepRange, stepRangeOf } from "../study/export/table-source.ts";
import { openRecordedRun } from "../study/replay/recorded-run.ts";
import { countFrom } from "./count-from.ts";
import { count } from "./progress-line.ts";
import { followed, scratchPath } from "./replay-progress.ts";
import { stepRange } from "./step-range.ts";
import { textTable } from "./text-table.ts";

interface ExportOptions {
  readonly to: string;
  readonly branch?: number;
  readonly steps?: Partial<StepRange>;
  readonly corpus?: string;
  readonly json?: boolean;
}

/** The files that were written. */
export const exportText = ({ branch, steps, tables }: Exported): string => {
  const lines = tables.map(({ path, rows, bytes }) => [path, String(rows), `${count(bytes)}B`]);
  return `steps ${steps.first} to ${steps.last} of branch ${branch}\n${textTable([["file", "rows", "size"], ...lines])}`;
};

const exportFrom = async (
  folder: string,
  { to, branch, steps, corpus, json }: ExportOptions,
): Promise<void> => {
  const files = createFiles();
  const run = await openRecordedRun(files, folder, { branch, corpus });
  const source = { files, run, scratchPath: scratchPath(), steps: stepRangeOf(run, steps) };
  const exported = await followed("the export", (progress) => exportRun(source, to, progress));
  process.stdout.write(json === true ? `${JSON.stringify(exported, null, 2)}\n` : exportText(exported));
};

/** The command. */
export const exportCommand = (): Command =>
  new Command("export")
    .description("Write a run as Parquet files: observations, steps, instances, shards.")
    .argument("<run>", "the run's folder")
    .requiredOption("--to <dir>", "a new folder, or that of an earlier export of the same run")
    .option(
      "--steps <a:b>",
      "observations and steps a to b, both included; instances as of b (default: all)",
      stepRange,
    )
    .option("--branch <n>", "an abandoned branch (default: the live one)", countFrom(0))
    .option("--corpus <manifest>", "manifest of the corpus, where it has moved")
    .option("--json", "what was written as JSON")
    .action(exportFrom);
