/** @file Where the blocks of a Parquet shard lie: row groups, or runs of their pages where a row group exceeds `maxBlockBytes`. */
import { type RowGroup, type SchemaElement, readOffsetIndex } from "hyparquet";

import type { ByteSource } from "../../bytes/byte-source.ts";
import { ShardError } from "../../errors.ts";
import { tokenBytes } from "../manifest.ts";
import type { ParquetFooter } from "./footer.ts";
import { type ShardExpectation, decoding, rewrite } from "../shards/shard.ts";

/** Bytes [start, end) of a block's pages, headers included, and its rows. */
export interface BlockPlace {
  readonly start: number;
  readonly end: number;
  /** Row of the shard it starts with. */
  readonly firstRow: number;
  readonly rows: number;
}

/** A row group's tokens, and where its offset index lies; 0 and 0 when it has none. */
interface GroupPlace extends BlockPlace {
  readonly indexStart: number;
  readonly indexBytes: number;
}

/** Places of all blocks, in row order.
 * Cutting of a large row group: pages are taken while their rows stay within `maxBlockBytes` of tokens, at least one a block; their places come from the offset index.
 * @throws {ShardError} when the column `tokens` is missing or not of our layout, or a large row group has no offset index. O(row groups + pages of large ones). */
export const layoutOf = async (
  source: ByteSource,
  footer: ParquetFooter,
  expectation: ShardExpectation,
): Promise<BlockPlace[]> => {
  const { uri } = source;
  const rowBytes = expectation.seqLen * tokenBytes(expectation.tokenDtype);
  const groups = decoding({ uri }, "the Parquet footer", () => {
    const { schema, row_groups: rowGroups } = footer.metadata;
    checkColumn(uri, schema, rowBytes);
    let firstRow = 0;
    return rowGroups.map((group) => {
      const place = placeOf(group, { uri, row: firstRow }, rowBytes, footer.start);
      firstRow += place.rows;
      return place;
    });
  });
  const maxRows = Math.floor(expectation.maxBlockBytes / rowBytes);
  const places: BlockPlace[] = [];
  for (const group of groups) {
    if (group.rows <= maxRows) places.push(group);
    else places.push(...cut(await readPages(source, group), maxRows));
  }
  return places;
};

const checkColumn = (uri: string, schema: readonly SchemaElement[], rowBytes: number): void => {
  const element = schema.find(({ name, type }) => name === "tokens" && type !== undefined);
  const wanted = `column tokens REQUIRED FIXED_LEN_BYTE_ARRAY(${rowBytes})`;
  const got =
    element === undefined
      ? `columns ${schema
          .slice(1)
          .map(({ name }) => name)
          .join(", ")}`
      : `${element.repetition_type} ${element.type}(${element.type_length ?? ""})`;
  if (got !== `REQUIRED FIXED_LEN_BYTE_ARRAY(${rowBytes})`)
    throw new ShardError(`rows of the shard must be ${wanted}, got ${got}`, { uri, hint: rewrite });
};

const placeOf = (
  group: RowGroup,
  where: { uri: string; row: number },
  rowBytes: number,
  dataEnd: number,
): GroupPlace => {
  const demand = (met: boolean, problem: string): void => {
    if (!met) throw new ShardError(problem, { ...where, hint: rewrite });
  };
  const chunk = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema.join(".") === "tokens");
  const meta = chunk?.meta_data;
  if (meta === undefined)
    throw new ShardError("a row group lacks the column tokens", { ...where, hint: rewrite });
  demand(meta.codec === "UNCOMPRESSED", `the column tokens must be uncompressed, got ${meta.codec}`);
  demand(meta.dictionary_page_offset === undefined, "the column tokens must be PLAIN, got a dictionary");
  const start = Number(meta.data_page_offset);
  const end = start + Number(meta.total_compressed_size);
  const rows = Number(group.num_rows);
  const inside = start >= 4 && end > start && end <= dataEnd;
  demand(inside, `a row group must lie in bytes 4 to ${dataEnd}, got ${start} to ${end}`);
  const whole = rows > 0 && Number(meta.num_values) === rows && rows * rowBytes < end - start;
  demand(whole, `a row group must be rows of ${rowBytes} bytes, got ${rows} rows in ${end - start} bytes`);
  const indexStart = Number(chunk?.offset_index_offset ?? 0);
  return { start, end, firstRow: where.row, rows, indexStart, indexBytes: chunk?.offset_index_length ?? 0 };
};

const rising = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value > values[i - 1]!);

/** Places of a row group's pages. */
const readPages = async (source: ByteSource, group: GroupPlace): Promise<BlockPlace[]> => {
  const { indexStart, indexBytes, firstRow } = group;
  const where = { uri: source.uri, row: firstRow };
  if (!(indexStart > 0 && indexBytes > 0 && indexStart + indexBytes <= source.byteLength))
    throw new ShardError("a row group of over maxBlockBytes must have an offset index", {
      ...where,
      hint: "write it with smaller row groups or with a page index (pyarrow: write_page_index=True)",
    });
  const bytes = await source.read(indexStart, indexStart + indexBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return decoding(where, "the offset index", () => {
    const pages = readOffsetIndex({ view, offset: 0 }).page_locations;
    const starts = [...pages.map((page) => Number(page.offset)), group.end];
    const rows = [...pages.map((page) => Number(page.first_row_index)), group.rows];
    if (starts[0] !== group.start || rows[0] !== 0 || !rising(starts) || !rising(rows))
      throw new ShardError("the offset index must cover its row group in order", { ...where, hint: rewrite });
    return pages.map((_, i) => ({
      start: starts[i]!,
      end: starts[i + 1]!,
      firstRow: firstRow + rows[i]!,
      rows: rows[i + 1]! - rows[i]!,
    }));
  });
};

/** Joins neighbouring pages to blocks of at most `maxRows` rows, or of one page. */
const cut = (pages: readonly BlockPlace[], maxRows: number): BlockPlace[] => {
  const blocks: BlockPlace[] = [];
  for (const page of pages) {
    const last = blocks.at(-1);
    if (last === undefined || last.rows + page.rows > maxRows) blocks.push(page);
    else blocks[blocks.length - 1] = { ...last, end: page.end, rows: last.rows + page.rows };
  }
  return blocks;
};
