#!/usr/bin/env node
/** @file The command `counterweight`: parses the command line, runs one command, and turns what it throws into a message and an exit code. */
import { Command, CommanderError } from "commander";

import { exitCodeOf } from "../errors.ts";
import { askCommand } from "./ask.ts";
import { benchCommand } from "./bench.ts";
import { compareCommand } from "./compare.ts";
import { enginesCommand } from "./engines.ts";
import { exportCommand } from "./export.ts";
import { inspectCommand } from "./inspect.ts";
import { prepareCommand } from "./prepare.ts";
import { queryCommand } from "./query.ts";
import { replayCommand } from "./replay.ts";
import { reportCommand } from "./report.ts";
import { report } from "./report-error.ts";
import { sampleCommand } from "./sample.ts";
import { scoreCommand } from "./score.ts";
import { trainCommand } from "./train.ts";
import { versions } from "../versions.ts";
import { whatIfCommand } from "./what-if.ts";

const program = new Command("counterweight")
  .description(
    "A streaming loader and sampler for language-model pretraining that learns from the losses it causes.",
  )
  .version(versions().counterweight, "-v, --version")
  .option("--debug", "show the stack trace of an error")
  .showHelpAfterError("(counterweight --help lists the commands)")
  .exitOverride()
  .addCommand(prepareCommand())
  .addCommand(trainCommand())
  .addCommand(sampleCommand())
  .addCommand(scoreCommand())
  .addCommand(compareCommand())
  .addCommand(inspectCommand())
  .addCommand(replayCommand())
  .addCommand(whatIfCommand())
  .addCommand(askCommand())
  .addCommand(queryCommand())
  .addCommand(exportCommand())
  .addCommand(reportCommand())
  .addCommand(benchCommand())
  .addCommand(enginesCommand());
for (const command of program.commands)
  command.exitOverride().showHelpAfterError(`(counterweight ${command.name()} --help shows its options)`);

// TensorFlow's own lines on stderr; only the process' first thread can set what its libraries read.
process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  report(error, program.opts<{ debug?: boolean }>().debug === true);
  process.exit(exitCodeOf(error));
}
