/** @file `counterweight report`: runs as one self-contained page. */
import { dirname } from "node:path";

import { Command } from "commander";

import { createFiles } from "../files.ts";
import { reportOn } from "../study/report/report.ts";
import { count } from "./progress-line.ts";

interface ReportOptions {
  readonly out: string;
  readonly corpus?: string;
}

/** Writes a report of the runs in these folders.
 * @returns a line that says where it lies
 * @throws {CounterweightError} as `reportOn` does, and where the file cannot be written */
export const writeReport = async (
  out: string,
  folders: readonly string[],
  corpus?: string,
): Promise<string> => {
  const files = createFiles();
  const page = await reportOn(files, { folders, corpus });
  await files.makeFolder(dirname(out));
  await files.publish(out, page);
  return `wrote ${out}, ${count(Buffer.byteLength(page))}B: open it in a browser\n`;
};

const report = async (folders: readonly string[], { out, corpus }: ReportOptions): Promise<void> => {
  process.stdout.write(await writeReport(out, folders, corpus));
};

/** The command. */
export const reportCommand = (): Command =>
  new Command("report")
    .description("Show runs as one self-contained page: losses, shares, weights, and instances worth a look.")
    .argument("<run...>", "the folder of a run, or of several to be compared")
    .requiredOption("--out <file>", "where the page is written, e.g. report.html")
    .option("--corpus <manifest>", "manifest of the corpus, where it has moved")
    .action(report);
