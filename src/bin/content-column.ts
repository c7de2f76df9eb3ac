/** @file What instances say, as the last column of a table. */
import type { InstanceText } from "../study/replay/instance-texts.ts";
import { excerpt } from "./terminal-text.ts";

/** What an instance says, or its first tokens. */
export const contentOf = ({ text, tokens }: InstanceText): string =>
  text ?? `tokens ${tokens.slice(0, 32).join(" ")}`;

/** A table with the beginnings of texts behind its rows, one line each.
 * @param table a line of names, then a line for each content
 * @param columns width of the terminal; a text has at least 20 of them */
export const withContents = (
  table: string,
  contents: readonly (InstanceText | null)[],
  columns: number,
): string => {
  const lines = table.trimEnd().split("\n");
  const width = lines.reduce((most, line) => Math.max(most, line.length), 0);
  const room = Math.max(20, columns - width - 2);
  return lines
    .map((line, at) => {
      const content = at === 0 ? null : (contents[at - 1] ?? null);
      const text = at === 0 ? "text" : content === null ? "" : excerpt(contentOf(content), room);
      return `${`${line.padEnd(width)}  ${text}`.trimEnd()}\n`;
    })
    .join("");
};
