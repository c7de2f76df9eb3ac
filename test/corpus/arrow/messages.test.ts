import { describe, expect, it } from "vitest";

import { messageKind } from "../../../src/corpus/arrow/header.ts";
import { type ArrowMessages, readArrowMessages } from "../../../src/corpus/arrow/messages.ts";
import { arrowShard } from "../../support/arrow-shards.ts";
import { tokensOfShard } from "../../support/corpus-on-disk.ts";
import { memorySource } from "../../support/memory-source.ts";

const messagesOf = (content: Uint8Array, start: number): Promise<ArrowMessages> =>
  readArrowMessages(memorySource(content), start);

const tokens = tokensOfShard(0, 12, 8);
const plan = { seqLen: 8, rowsPerBatch: 5 } as const;

describe("Arrow messages", () => {
  it("are found in streams and files alike, with the rows of record batches", async () => {
    const { schema, dictionary, recordBatch } = messageKind;
    const stream = await messagesOf(arrowShard(tokens, { ...plan, form: "stream", labels: true }), 0);
    expect(stream.messages.map(({ kind, rows }) => [kind, rows])).toEqual([
      [schema, 0],
      [dictionary, 0],
      [recordBatch, 5],
      [recordBatch, 5],
      [recordBatch, 2],
    ]);
    expect([...stream.tail]).toEqual([255, 255, 255, 255, 0, 0, 0, 0]);
    // apache-arrow leaves the schema message out of files.
    const content = arrowShard(tokens, { ...plan, form: "file", labels: true });
    const file = await messagesOf(content, 8);
    expect(file.messages.map(({ kind }) => kind)).toEqual([
      dictionary,
      recordBatch,
      recordBatch,
      recordBatch,
    ]);
    expect(file.messages.at(-1)!.end + file.tail.byteLength).toBe(content.byteLength);
  });

  it("are hashed with what lies behind them, their bodies aside", async () => {
    const content = arrowShard(tokens, { ...plan, form: "file" });
    const { hash, messages } = await messagesOf(content, 8);
    const hashOf = async (at: number): Promise<string> => {
      const copy = content.slice();
      copy[at]! ^= 1;
      return (await messagesOf(copy, 8)).hash;
    };
    expect(await hashOf(messages[0]!.end - 1)).toBe(hash);
    expect(await hashOf(content.byteLength - 20)).not.toBe(hash);
    expect(await hashOf(messages[0]!.start + 40)).not.toBe(hash);
  });

  it("may end without an end mark, but not within a message", async () => {
    const whole = arrowShard(tokens, { ...plan, form: "stream" });
    const { messages } = await messagesOf(whole, 0);
    const ends = [0, ...messages.map(({ end }) => end)];
    const outcomes = await Promise.all(
      Array.from({ length: whole.byteLength }, (_, length) =>
        messagesOf(whole.subarray(0, length), 0).then(
          (found) => found.messages.length,
          (error: Error) => error.name,
        ),
      ),
    );
    expect(outcomes).toEqual(
      outcomes.map((_, length) => (ends.includes(length) ? ends.indexOf(length) : "ShardError")),
    );
  });

  it("say what is wrong with them, and where", async () => {
    const whole = arrowShard(tokens, { ...plan, form: "stream" });
    const refused = async (change: (view: DataView) => void): Promise<string> => {
      const copy = whole.slice();
      change(new DataView(copy.buffer));
      return messagesOf(copy, 0).then(
        () => "taken",
        (error: Error) => error.message,
      );
    };
    expect(await refused((view) => view.setUint32(0, 7))).toBe(
      "an Arrow message must be marked as of Arrow 0.15 or later, got mark 117440512 (a, offset 0)",
    );
    expect(await refused((view) => view.setInt32(4, 10_000, true))).toBe(
      "an Arrow message must be whole, got metadata of 10000 bytes (a, offset 0)",
    );
    expect(await refused((view) => view.setInt32(8, -5, true))).toContain(
      "an Arrow message header cannot be read: ",
    );
  });
});
