/** @file `counterweight report`: runs as one self-contained page. */
import { Command } from "commander";

import { createFiles } from "../files.ts";
import { reportOn } from "../study/report/report.ts";
import { count } from "./progress-line.ts";

interface ReportOptions {
  readonly out: string;
  readonly corpus?: string;
}

const report = async (folders: readonly string[], { out, corpus }: ReportOptions): Promise<void> => {
  const files = createFiles();
  const page = await reportOn(files, { folders, corpus });
  await files.publish(out, page);
  process.stdout.write(`wrote ${out}, ${count(Buffer.byteLength(page))}B: open it in a browser\n`);
};

/** The command. */
export const reportCommand = (): Command =>
  new Command("report")
    .description("Show runs as one self-contained page: losses, shares, weights, and instances worth a look.")
    .argument("<run...>", "the folder of a run, or of several to be compared")
    .requiredOption("--out <file>", "where the page is written, e.g. report.html")
    .option("--corpus <manifest>", "manifest of the corpus, where it has moved")
    .action(report);
