/** @file Reads Arrow IPC shards, files and streams: column `tokens`, fixed_size_list of L uint16, int32 or uint32; a block is a record batch. */
import { crc32 } from "node:zlib";
import { type Data, DataType, type RecordBatch, RecordBatchReader, type Schema, Type } from "apache-arrow";

import type { ByteSource } from "../../bytes/byte-source.ts";
import { ShardError, mustBe } from "../../errors.ts";
import { messageKind } from "./header.ts";
import { readArrowMessages } from "./messages.ts";
import { arrowFileHead, readPreamble } from "./preamble.ts";
import { createBlock } from "../blocks/block.ts";
import { tokenBytes } from "../manifest.ts";
import {
  type OpenShard,
  type ShardExpectation,
  checkFooterHash,
  decoding,
  putBack,
  rewrite,
} from "../shards/shard.ts";

/** Opens an Arrow IPC stream; {@link readArrowFile} is the same for a file. Record batches are taken in the order they lie in.
 * @throws {ShardError} when it is cut, not the expected file, its rows are not L tokens of the dtype, or a record batch exceeds maxBlockBytes. O(record batches), a read each. */
export const readArrowStream: OpenShard = (source, expectation) => readArrow(source, expectation, 0);

/** Opens an Arrow IPC file; see {@link readArrowStream}. */
export const readArrowFile: OpenShard = (source, expectation) =>
  readArrow(source, expectation, arrowFileHead.byteLength);

const readArrow = async (
  source: ByteSource,
  expectation: ShardExpectation,
  start: number,
): ReturnType<OpenShard> => {
  const { uri } = source;
  const rowBytes = expectation.seqLen * tokenBytes(expectation.tokenDtype);
  const found = await readArrowMessages(source, start);
  const { messages, hash } = found;
  checkFooterHash(uri, hash, expectation.footerHash);
  const batches = messages.filter(({ kind }) => kind === messageKind.recordBatch);
  const { schema, bytes: preamble } = await readPreamble(source, found);
  decoding({ uri }, "the Arrow schema", () => checkType(uri, schema, expectation));
  for (const [block, { rows }] of batches.entries())
    if (!(rows > 0 && rows * rowBytes <= expectation.maxBlockBytes))
      throw new ShardError(
        mustBe("tokens of a record batch", `1 to ${expectation.maxBlockBytes} bytes`, rows * rowBytes),
        {
          uri,
          block,
          hint: "write smaller record batches (pyarrow: write_table(…, max_chunksize=…))",
        },
      );
  return {
    footerHash: hash,
    blockRows: batches.map(({ rows }) => rows),
    bufferBytes: (block) => preamble.byteLength + batches[block]!.end - batches[block]!.start,
    async readBlock(block, buffer, signal) {
      const { start: from, end, rows, headerBytes, headerCrc } = batches[block]!;
      buffer.set(preamble);
      const into = buffer.subarray(preamble.byteLength);
      await source.read(from, end, { into, ...(signal && { signal }) });
      const bytes = buffer.subarray(0, preamble.byteLength + end - from);
      const where = { uri, block };
      // Only bytes that were looked over when the shard was opened may be decoded.
      if (crc32(into.subarray(0, headerBytes)) !== headerCrc)
        throw new ShardError("the record batch was altered since the shard was opened", {
          ...where,
          hint: putBack,
        });
      const tokens = decoding(where, "the record batch", () => tokensOf(bytes, rows * rowBytes, where));
      return createBlock([tokens], rowBytes);
    },
    close: () => source.close(),
  };
};

const typeName = (type: DataType): string => {
  if (DataType.isFixedSizeList(type)) return `fixed_size_list<${typeName(type.valueType)}>[${type.listSize}]`;
  if (DataType.isInt(type)) return `${type.isSigned ? "int" : "uint"}${type.bitWidth}`;
  return Type[type.typeId].toLowerCase();
};

const checkType = (uri: string, schema: Schema, { seqLen, tokenDtype }: ShardExpectation): void => {
  const items = tokenDtype === "uint16" ? ["uint16"] : ["uint32", "int32"];
  const wanted = items.map((item) => `fixed_size_list<${item}>[${seqLen}]`);
  const field = schema.fields.find(({ name }) => name === "tokens");
  const got = field === undefined ? "no such column" : typeName(field.type);
  if (!wanted.includes(got))
    throw new ShardError(`the column tokens must be ${wanted.join(" or ")}, got ${got}`, {
      uri,
      hint: rewrite,
    });
};

/** The tokens of a record batch, as a view of `bytes` (preamble and batch) when they are aligned, which IPC asks for. */
const tokensOf = (
  bytes: Uint8Array,
  byteLength: number,
  where: { uri: string; block: number },
): Uint8Array => {
  const batch: RecordBatch = RecordBatchReader.from(bytes).next().value;
  const list = batch.getChild("tokens")?.data[0];
  const items: Data | undefined = list?.children[0];
  const values: unknown = items?.values;
  if (!(values instanceof Uint16Array || values instanceof Uint32Array || values instanceof Int32Array))
    throw new ShardError("the record batch lacks tokens", { ...where, hint: putBack });
  const nulls = (list?.nullCount ?? 0) + (items?.nullCount ?? 0);
  if (nulls !== 0 || values.byteLength < byteLength)
    throw new ShardError(
      `the record batch must be ${byteLength} bytes of tokens, none null, got ${values.byteLength}, ${nulls} null`,
      {
        ...where,
        hint: putBack,
      },
    );
  return new Uint8Array(values.buffer, values.byteOffset, byteLength);
};
