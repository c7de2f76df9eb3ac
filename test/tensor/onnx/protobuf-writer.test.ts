import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ProtobufWriter } from "../../../src/tensor/onnx/protobuf-writer.ts";
import { readProtobuf } from "../../support/read-protobuf.ts";

const hexOf = (write: (writer: ProtobufWriter) => void): string => {
  const writer = new ProtobufWriter();
  write(writer);
  return Buffer.from(writer.finish()).toString("hex");
};

describe("ProtobufWriter", () => {
  it("writes the examples of the encoding guide", () => {
    expect(hexOf((w) => w.integer(1, 150))).toBe("089601");
    expect(hexOf((w) => w.text(2, "testing"))).toBe("120774657374696e67");
    expect(hexOf((w) => w.message(3, (inner) => inner.integer(1, 150)))).toBe("1a03089601");
    expect(hexOf((w) => w.integer(1, -2))).toBe("08feffffffffffffffff01");
  });

  it("writes floats little-endian and bytes as they are", () => {
    expect(hexOf((w) => w.float(2, 1))).toBe("150000803f");
    expect(hexOf((w) => w.bytes(9, Uint8Array.of(1, 2, 3)))).toBe("4a03010203");
  });

  it("is read back whole by a reader of its own", () => {
    const field = fc.integer({ min: 1, max: 2 ** 20 });
    const integers = fc.array(fc.tuple(field, fc.maxSafeInteger()));
    const texts = fc.array(fc.tuple(field, fc.string({ unit: "grapheme", maxLength: 300 })));
    fc.assert(
      fc.property(integers, texts, (numbers, words) => {
        const writer = new ProtobufWriter();
        for (const [at, number] of numbers) writer.integer(at, number);
        for (const [at, word] of words) writer.text(at, word);
        expect(readProtobuf(writer.finish())).toEqual([
          ...numbers.map(([at, number]) => ({ field: at, integer: BigInt(number) })),
          ...words.map(([at, word]) => ({ field: at, bytes: new TextEncoder().encode(word) })),
        ]);
      }),
    );
  });
});
