import { Message } from "apache-arrow";
import { describe, expect, it } from "vitest";

import { checkArrowFooter, messageKind, parseArrowHeader } from "../../../src/corpus/arrow/header.ts";
import { arrowShard } from "../../support/arrow-shards.ts";
import { tokensOfShard } from "../../support/corpus-on-disk.ts";

const tokens = tokensOfShard(0, 12, 8);
const plan = { seqLen: 8, rowsPerBatch: 5, labels: true } as const;

/** Metadata of the messages of a stream, in order. */
const headersOf = (stream: Uint8Array): Uint8Array[] => {
  const headers: Uint8Array[] = [];
  const view = new DataView(stream.buffer, stream.byteOffset);
  for (let at = 0; ;) {
    const length = view.getInt32(at + 4, true);
    if (length === 0) return headers;
    const header = stream.slice(at + 8, at + 8 + length);
    headers.push(header);
    at += 8 + length + Message.decode(header).bodyLength;
  }
};
const headers = headersOf(arrowShard(tokens, { ...plan, form: "stream" }));

describe("an Arrow header by hand", () => {
  it("says what the generated reader says", () => {
    const parsed = headers.map(parseArrowHeader);
    expect(parsed.map(({ bodyBytes }) => bodyBytes)).toEqual(
      headers.map((bytes) => Message.decode(bytes).bodyLength),
    );
    expect(parsed.map(({ kind, rows }) => [kind, rows])).toEqual([
      [messageKind.schema, 0],
      [messageKind.dictionary, 0],
      [messageKind.recordBatch, 5],
      [messageKind.recordBatch, 5],
      [messageKind.recordBatch, 2],
    ]);
  });

  it("throws RangeError or gives numbers for any damaged byte and any cut", () => {
    let refused = 0;
    for (const bytes of headers)
      for (let at = 0; at < bytes.length; at++)
        for (const damage of [1, 0x40, 0xff]) {
          const damaged = Uint8Array.from(damage === 1 ? bytes.subarray(0, at) : bytes);
          if (damage !== 1) damaged[at]! ^= damage;
          try {
            const { kind, bodyBytes, rows } = parseArrowHeader(damaged);
            expect([kind, bodyBytes, rows].every(Number.isFinite)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
            refused++;
          }
        }
    expect(refused).toBeGreaterThan(100);
  });

  it("refuses vectors that do not fit, which a generated reader would fill memory with", () => {
    const batch = headers[2]!;
    // The vector of nodes: its length, then {5 rows, 0 nulls} as two int64.
    const view = new DataView(batch.slice().buffer);
    const at = Array.from({ length: batch.length - 20 }, (_, i) => i).find(
      (i) =>
        view.getUint32(i, true) === 3 &&
        view.getBigInt64(i + 4, true) === 5n &&
        view.getBigInt64(i + 12, true) === 0n,
    )!;
    view.setUint32(at, 0x10_000_000, true);
    expect(() => parseArrowHeader(new Uint8Array(view.buffer))).toThrow(RangeError);
  });

  it("looks over a file's footer in the same way", () => {
    const file = arrowShard(tokens, { ...plan, form: "file" });
    expect(() => checkArrowFooter(file)).not.toThrow();
    const length = new DataView(file.buffer, file.byteOffset).getInt32(file.byteLength - 10, true);
    let refused = 0;
    for (let at = file.byteLength - 10 - length; at < file.byteLength - 6; at++) {
      const damaged = file.slice();
      damaged[at]! ^= 0x80;
      try {
        checkArrowFooter(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(20);
  });
});
