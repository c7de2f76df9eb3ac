import { crc32 } from "node:zlib";

import { assert, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";

import {
  type JournalLine,
  type StepLine,
  decodeLine,
  encodeLine,
} from "../../../src/ledger/journal/journal-line.ts";

const step: StepLine = {
  kind: "step",
  step: 7,
  branch: 0,
  segment: 2,
  end: 4096,
  rows: 16,
  data: 123,
  metrics: { gamma: 0.1, note: "größer", shares: [0.5, 0.5] },
};
const lines: JournalLine[] = [
  { kind: "branch", branch: 0, parent: null, step: 0, formatVersion: 1, emaAlpha: 0.3 },
  step,
  { kind: "seal", segment: 1, end: 9000, rows: 640, batchRows: 500, checksums: "AAEC" },
  { kind: "drop", segment: 1 },
  { kind: "mixture", step: 12, weights: { book: 0.75, code: 0.25 } },
];
const decode = (bytes: Buffer) => decodeLine(bytes.subarray(0, -1));

describe("a journal line", () => {
  it.each(lines)("of kind $kind comes back as it was", (line) => {
    const { bytes, crc } = encodeLine(line, 99);
    expect(bytes.at(-1)).toBe(10);
    expect(decode(bytes)).toEqual({ line, previous: 99, crc });
  });

  it("comes back whatever its metrics say, be it what ends a line", () => {
    const metrics = { note: ',"previous":7,"crc":8}', ',"previous":': 9 };
    const { bytes, crc } = encodeLine({ ...step, metrics }, 42);
    expect(decode(bytes)).toEqual({ line: { ...step, metrics }, previous: 42, crc });
  });

  it("is JSON that anyone can read, its checksums last", () => {
    const { bytes } = encodeLine(lines.at(-1)!, 5);
    expect(bytes.toString()).toBe(
      '{"kind":"mixture","step":12,"weights":{"book":0.75,"code":0.25},"previous":5,"crc":2451361665}\n',
    );
  });

  it("writes numbers that are not finite as null", () => {
    const line = { ...step, metrics: { gradientNorm: Number.NaN } };
    expect(decode(encodeLine(line, 0).bytes)?.line).toMatchObject({ metrics: { gradientNorm: null } });
  });

  it("is not taken for one when any byte differs, whatever it differs by", () => {
    const { bytes } = encodeLine(step, 42);
    const unnoticed: string[] = [];
    for (let at = 0; at < bytes.length - 1; at++)
      for (let by = 1; by < 256; by++) {
        bytes[at]! ^= by;
        if (decode(bytes) !== null) unnoticed.push(`byte ${at} altered by ${by}`);
        bytes[at]! ^= by;
      }
    expect(unnoticed).toEqual([]);
    expect(decode(bytes)).not.toBeNull();
  });

  it("is not seen in arbitrary bytes, nor in a part of itself", () => {
    assert(property(uint8Array(), (bytes) => decodeLine(Buffer.from(bytes)) === null));
    const { bytes } = encodeLine(lines[1]!, 1);
    for (let end = 0; end < bytes.length - 1; end++) expect(decodeLine(bytes.subarray(0, end))).toBeNull();
  });

  it("of an unknown kind is none of ours", () => {
    const body = '{"kind":"other","previous":0';
    expect(decodeLine(Buffer.from(`${body},"crc":${crc32(body)}}`))).toBeNull();
  });
});
