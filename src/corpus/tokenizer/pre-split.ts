/** @file The pre-split: where a text falls into words before byte pairs merge; no token crosses a word's end. */

const space = 0;
const letter = 1;
const digit = 2;
const other = 3;

const classOf = (byte: number): number => {
  if ((byte >= 0x09 && byte <= 0x0d) || byte === 0x20) return space;
  if (byte >= 0x30 && byte <= 0x39) return digit;
  const isLatin = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
  return isLatin || byte >= 0x80 ? letter : other;
};

const classes = Uint8Array.from({ length: 256 }, (_, byte) => classOf(byte));

const notLetter = "\\x00-\\x40\\x5b-\\x60\\x7b-\\x7f";
const blank = "\\t-\\r ";
const sign = "\\x00-\\x08\\x0e-\\x1f\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7f";

/** The rule of {@link wordEnd} as a regular expression over characters, for the tokenizer's file.
 * Every byte of a character beyond ASCII counts as a letter, so bytes and characters are cut alike. */
export const preSplitPattern: string = ` ?[^${notLetter}]+| ?[0-9]{1,3}| ?[${sign}]+|[${blank}]+(?![^${blank}])|[${blank}]+`;

/** End of the word that starts at `start`: letters, up to three digits, or other signs, each with one blank before it; else white space,
 * which leaves its last character to what follows it  (the idea of GPT-2's pre-split: Radford et al. 2019 §2.2).
 * @param bytes UTF-8 or anything else
 * @param start first byte of the word, in [0, end)
 * @param end   end of the document, exclusive
 * @returns end of the word, in (start, end]. O(word). */
export const wordEnd = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start;
  let kind = classes[bytes[at]!]!;
  if (kind === space) {
    let next = at + 1;
    while (next < end && classes[bytes[next]!] === space) next++;
    if (next === end) return end;
    if (next - at > 1) return next - 1;
    if (bytes[at] !== 0x20) return next;
    at = next;
    kind = classes[bytes[at]!]!;
  }
  const limit = kind === digit ? Math.min(end, at + 3) : end;
  do at++;
  while (at < limit && classes[bytes[at]!] === kind);
  return at;
};
