/** @file Characters of a text that a reader would not see, or that would move what he sees. */

/** Controls (C0, DEL, C1), line and paragraph separators, invisible and direction-changing characters, byte order marks, and
 * halves of surrogate pairs that stand alone. To be used with `replaceAll` or `split`; it keeps no place. */
export const hiddenCharacters: RegExp =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A hidden character in visible ones: `\n`, `\t` or `\u{1b}`. */
export const nameOfHidden = (character: string): string =>
  short[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`;
