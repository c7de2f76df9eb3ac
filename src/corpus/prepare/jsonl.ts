/** @file Documents of JSON lines: the `text` of each object. */
import { ConfigError } from "../../errors.ts";
import { type Documents, cutInto } from "./document-cut.ts";

const textOf = (line: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || !("text" in value)) return undefined;
    return typeof value.text === "string" ? value.text : undefined;
  } catch {
    return undefined;
  }
};

/** Decodes UTF-8 lines; blank lines and empty texts give no document, long texts several.
 * @param offset place of `lines` in the file, for errors
 * @throws {ConfigError} for a line that is not a JSON object with a `text`, or whose text has half a surrogate pair. O(lines). */
export const decodeJsonLines = (lines: Uint8Array, path: string, offset: number): Documents => {
  const buffer = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  // A JSON string is never shorter than the UTF-8 of what it spells.
  const bytes = Buffer.allocUnsafeSlow(lines.byteLength);
  const ends: number[] = [];
  let length = 0;
  for (let start = 0, end = 0; start < buffer.length; start = end + 1) {
    end = buffer.indexOf(0x0a, start);
    if (end < 0) end = buffer.length;
    const line = buffer.toString("utf8", start, end).trim();
    if (line === "") continue;
    const text = textOf(line);
    const place = { path, offset: offset + start };
    if (text === undefined)
      throw new ConfigError("line must be a JSON object with a string under text", {
        ...place,
        hint: 'write each document on one line: {"text": "…"}',
      });
    if (/\p{Surrogate}/u.test(text))
      throw new ConfigError("text must be Unicode, got half a surrogate pair", {
        ...place,
        hint: "repair or drop that document",
      });
    const textStart = length;
    length += bytes.write(text, length, "utf8");
    cutInto(ends, bytes, textStart, length, "text");
  }
  return { bytes: new Uint8Array(bytes.buffer, 0, length), ends };
};
