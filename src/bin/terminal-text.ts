/** @file Text of instances on a terminal: nothing in it may move the cursor, change colours or turn the reading direction. */

/** Controls (C0, DEL, C1), line and paragraph separators, invisible and direction-changing characters, byte order marks. */
const unsafe =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The text on one line: unsafe characters as `\n`, `\t` or `\u{1b}`. O(text). */
export const onTerminal = (text: string): string =>
  text.replace(unsafe, (character) => short[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`);

/** The same with its own line breaks. */
export const linesOnTerminal = (text: string): string => text.split("\n").map(onTerminal).join("\n");

/** The beginning of a text, on one line of at most `columns` characters. */
export const excerpt = (text: string, columns: number): string => {
  const characters = Array.from(onTerminal(text.slice(0, 2 * columns)));
  const whole = characters.length <= columns && text.length <= 2 * columns;
  return whole ? characters.join("") : `${characters.slice(0, columns - 1).join("")}…`;
};
