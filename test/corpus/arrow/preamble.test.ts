import { RecordBatchReader } from "apache-arrow";
import { describe, expect, it } from "vitest";

import { readArrowMessages } from "../../../src/corpus/arrow/messages.ts";
import { type ArrowPreamble, arrowFileHead, readPreamble } from "../../../src/corpus/arrow/preamble.ts";
import { arrowShard } from "../../support/arrow-shards.ts";
import { tokensOfShard } from "../../support/corpus-on-disk.ts";
import { memorySource } from "../../support/memory-source.ts";

const preambleOf = async (content: Uint8Array, start: number): Promise<ArrowPreamble> => {
  const source = memorySource(content);
  return readPreamble(source, await readArrowMessages(source, start));
};

const plan = { seqLen: 8, rowsPerBatch: 5, labels: true } as const;
const tokens = tokensOfShard(0, 12, 8);

describe("what precedes a record batch", () => {
  it("is a stream's beginning, or made from a file's footer; both carry schema and dictionary", async () => {
    const stream = await preambleOf(arrowShard(tokens, { ...plan, form: "stream" }), 0);
    const file = await preambleOf(arrowShard(tokens, { ...plan, form: "file" }), arrowFileHead.byteLength);
    for (const { schema, bytes } of [stream, file]) {
      expect(schema.fields.map(({ name }) => name)).toEqual(["label", "tokens"]);
      expect(bytes.byteLength % 8).toBe(0);
      expect(String(RecordBatchReader.from(bytes).open().schema)).toBe(String(schema));
    }
    expect(String(file.schema)).toBe(String(stream.schema));
  });

  it("must have a schema", async () => {
    const stream = arrowShard(tokens, { ...plan, form: "stream" });
    await expect(preambleOf(stream.subarray(stream.byteLength - 8), 0)).rejects.toThrow(
      "the Arrow schema cannot be read: ",
    );
  });
});
