/** @file How an error is shown: what, where, and what to do; a stack trace only for our own bugs or with --debug. */
import { styleText } from "node:util";

import { CounterweightError } from "../errors.ts";
import { linesOnTerminal } from "./terminal-text.ts";

/** Colours words where stderr shows colours. */
const paint = (colour: "red" | "cyan", words: string): string =>
  styleText(colour, words, { stream: process.stderr });

/** Writes an error to stderr. */
export const report = (error: unknown, debug: boolean): void => {
  const lines: string[] = [];
  if (error instanceof CounterweightError) {
    const label = error.code === "CW_INTERRUPTED" ? paint("cyan", "stopped") : paint("red", "error");
    lines.push(`${label}: ${linesOnTerminal(error.message)}`);
    if (error.hint !== undefined) lines.push(`${paint("cyan", "hint")}:  ${linesOnTerminal(error.hint)}`);
    if (debug) lines.push(stackOf(error));
  } else {
    lines.push(
      `${paint("red", "bug")}: this is a defect of counterweight, please report it with the lines below`,
    );
    lines.push(stackOf(error));
  }
  process.stderr.write(`${lines.join("\n")}\n`);
};

const stackOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by ${stackOf(error.cause)}`;
};
