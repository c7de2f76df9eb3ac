/** @file Pages of a Parquet column chunk as views of the bytes that were read; only headers are parsed. */
import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";

import { ShardError, mustBe } from "../../errors.ts";
import { decoding, putBack } from "../shards/shard.ts";

const plainEncoding = 0;
const dataPage = 0;
const dataPageV2 = 3;

/** Where a run of pages belongs, for messages. */
export interface PagesPlace {
  readonly uri: string;
  readonly block: number;
  /** Row of the shard that the run starts with. */
  readonly firstRow: number;
  /** Rows that the run must have. */
  readonly rows: number;
}

/** Fields by number, as the compact protocol has them (Parquet format, `PageHeader`): 1 type, 2 and 3 sizes without and with compression, 5 DataPageHeader {1 values, 2 encoding}, 8 DataPageHeaderV2 {1 values, 4 encoding, 5 and 6 bytes of levels}. */
interface Header {
  readonly dataBytes: unknown;
  readonly values: unknown;
  readonly encoding: unknown;
  /** Bytes of levels before the values; a REQUIRED top-level column has none. */
  readonly levelBytes: unknown;
  /** Offset behind the header. */
  readonly end: number;
}

const readHeader = (view: DataView, offset: number): Header => {
  const reader = { view, offset };
  const header = deserializeTCompactProtocol(reader);
  const data = { dataBytes: header.field_3, end: reader.offset };
  if (header.field_1 === dataPage) {
    const { field_1: values, field_2: encoding } = header.field_5 ?? {};
    return { ...data, values, encoding, levelBytes: 0 };
  }
  if (header.field_1 !== dataPageV2) return { ...data, values: 0, encoding: undefined, levelBytes: 0 };
  const {
    field_1: values,
    field_4: encoding,
    field_5: definition,
    field_6: repetition,
  } = header.field_8 ?? {};
  return { ...data, values, encoding, levelBytes: definition + repetition };
};

/** The value bytes of each page of a run of uncompressed PLAIN pages; views of `bytes`. O(pages).
 * @param bytes    whole pages, headers included
 * @param rowBytes bytes of a value
 * @throws {ShardError} with block and row when a page is of another kind, or pages and rows do not add up */
export const pagesOf = (bytes: Uint8Array, rowBytes: number, place: PagesPlace): Uint8Array[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pages: Uint8Array[] = [];
  let rows = 0;
  const refuse = (problem: string): never => {
    const { uri, block, firstRow } = place;
    throw new ShardError(problem, { uri, block, row: firstRow + rows, hint: putBack });
  };
  for (let offset = 0; offset < bytes.byteLength;) {
    const header = decoding({ ...place, row: place.firstRow + rows }, "a page header", () =>
      readHeader(view, offset),
    );
    if (header.encoding !== plainEncoding || header.levelBytes !== 0)
      return refuse(`a page must be PLAIN data without levels, got encoding ${String(header.encoding)}`);
    const { dataBytes, values } = header;
    if (typeof values !== "number" || values < 1 || dataBytes !== values * rowBytes)
      return refuse(
        `bytes of a page must be rows of ${rowBytes}, got ${String(dataBytes)} bytes for ${String(values)} rows`,
      );
    offset = header.end + dataBytes;
    if (offset > bytes.byteLength)
      return refuse(`a page must end within its block, got ${offset - bytes.byteLength} bytes more`);
    pages.push(bytes.subarray(header.end, offset));
    rows += values;
  }
  return rows === place.rows ? pages : refuse(mustBe("rows of a block", String(place.rows), rows));
};
