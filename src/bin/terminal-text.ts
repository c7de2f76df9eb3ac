/** @file Text of instances on a terminal: nothing in it may move the cursor, change colours or turn the reading direction. */
import { hiddenCharacters, nameOfHidden } from "../study/hidden-characters.ts";

/** The text on one line: hidden characters as `\n`, `\t` or `\u{1b}`. O(text). */
export const onTerminal = (text: string): string => text.replace(hiddenCharacters, nameOfHidden);

/** The same with its own line breaks. */
export const linesOnTerminal = (text: string): string => text.split("\n").map(onTerminal).join("\n");

/** The beginning of a text, on one line of at most `columns` characters. */
export const excerpt = (text: string, columns: number): string => {
  const characters = Array.from(onTerminal(text.slice(0, 2 * columns)));
  const whole = characters.length <= columns && text.length <= 2 * columns;
  return whole ? characters.join("") : `${characters.slice(0, columns - 1).join("")}…`;
};
