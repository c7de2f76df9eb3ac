/** @file Arrow IPC shards as other programs may write them. */
import {
  Data,
  Field,
  FixedSizeList,
  Int32,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Uint16,
  Uint32,
  makeData,
  tableToIPC,
  vectorFromArray,
} from "apache-arrow";

const items = { uint16: new Uint16(), uint32: new Uint32(), int32: new Int32() };

/** Options of {@link arrowShard}. */
export interface ArrowShardPlan {
  readonly seqLen: number;
  readonly rowsPerBatch: number;
  readonly form: "file" | "stream";
  /** Adds a dictionary-encoded column before the tokens. */
  readonly labels?: boolean;
}

/** An IPC file or stream with a column `tokens` of the array's type, in record batches of `rowsPerBatch` rows. */
export const arrowShard = (
  tokens: Uint16Array | Uint32Array | Int32Array,
  { seqLen, rowsPerBatch, form, labels = false }: ArrowShardPlan,
): Uint8Array => {
  const item =
    tokens instanceof Uint16Array ? items.uint16 : tokens instanceof Int32Array ? items.int32 : items.uint32;
  const type = new FixedSizeList(seqLen, new Field("item", item, false));
  const rows = tokens.length / seqLen;
  const label = vectorFromArray(Array.from({ length: rows }, (_, row) => `label ${row % 3}`));
  const fields = [
    ...(labels ? [new Field("label", label.type, true)] : []),
    new Field("tokens", type, false),
  ];
  const schema = new Schema(fields);
  const batches: RecordBatch[] = [];
  for (let row = 0; row < rows; row += rowsPerBatch) {
    const length = Math.min(rowsPerBatch, rows - row);
    const values = tokens.slice(row * seqLen, (row + length) * seqLen);
    const child = new Data(item, 0, values.length, 0, [undefined, values]);
    const list = new Data(type, 0, length, 0, undefined, [child]);
    const children = [...(labels ? [label.slice(row, row + length).data[0]!] : []), list];
    batches.push(
      new RecordBatch(schema, makeData({ type: new Struct(fields), length, nullCount: 0, children })),
    );
  }
  return tableToIPC(new Table(schema, batches), form);
};
