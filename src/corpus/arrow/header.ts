/** @file The headers of Arrow messages and the footer of Arrow files, looked over by hand before a generated reader may decode it.
 * Generated flatbuffer readers believe every length they find: one flipped bit made apache-arrow fill 4 GB. Here every access is bounds-checked, and every vector must fit into the header. */

/** Kinds of message (Arrow format, `MessageHeader`). */
export const messageKind = { schema: 1, dictionary: 2, recordBatch: 3 } as const;

/** What a header says. */
export interface ArrowHeader {
  readonly kind: number;
  readonly bodyBytes: number;
  /** Rows of a record batch, 0 of others. */
  readonly rows: number;
}

/** Field numbers of the flatbuffer tables (Arrow format, Message.fbs and Schema.fbs). */
const fields = {
  message: { kind: 1, header: 2, bodyLength: 3, metadata: 4 },
  recordBatch: { length: 0, nodes: 1, buffers: 2, variadicCounts: 4 },
  dictionaryBatch: { data: 1 },
  schema: { fields: 1, metadata: 2, features: 3 },
  field: { children: 5, metadata: 6 },
  footer: { schema: 1, dictionaries: 2, recordBatches: 3, metadata: 4 },
} as const;

/** Reads a message's metadata.
 * @param bytes the metadata, without its eight bytes of prefix
 * @throws {RangeError} when an offset or a length points outside of it. O(fields of a schema). */
export const parseArrowHeader = (bytes: Uint8Array): ArrowHeader => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { message } = fields;
  const root = view.getUint32(0, true);
  const kindAt = fieldOf(view, root, message.kind);
  const kind = kindAt === 0 ? 0 : view.getUint8(kindAt);
  const header = tableAt(view, fieldOf(view, root, message.header));
  checkVector(view, root, message.metadata, 4);
  if (kind === messageKind.schema) checkSchema(view, header);
  else if (kind === messageKind.recordBatch) checkBatch(view, header);
  else if (kind === messageKind.dictionary)
    checkBatch(view, tableAt(view, fieldOf(view, header, fields.dictionaryBatch.data)));
  const lengthAt = kind === messageKind.recordBatch ? fieldOf(view, header, fields.recordBatch.length) : 0;
  return {
    kind,
    bodyBytes: longAt(view, fieldOf(view, root, message.bodyLength)),
    rows: longAt(view, lengthAt),
  };
};

/** Looks over the footer of an Arrow file, at the end of `bytes`: flatbuffer, its length, and the magic.
 * @throws {RangeError} when an offset or a length points outside of it. O(fields of the schema). */
export const checkArrowFooter = (bytes: Uint8Array): void => {
  const end = bytes.byteLength - 10;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(end, true);
  const view = new DataView(bytes.buffer, bytes.byteOffset + end - length, length);
  const { footer } = fields;
  const root = view.getUint32(0, true);
  checkVector(view, root, footer.dictionaries, 24);
  checkVector(view, root, footer.recordBatches, 24);
  checkVector(view, root, footer.metadata, 4);
  checkSchema(view, tableAt(view, fieldOf(view, root, footer.schema)));
};

/** Position of a table's field, 0 when it has none. */
const fieldOf = (view: DataView, table: number, field: number): number => {
  const slots = table - view.getInt32(table, true);
  const slot = 4 + 2 * field;
  const offset = slot < view.getUint16(slots, true) ? view.getUint16(slots + slot, true) : 0;
  return offset === 0 ? 0 : table + offset;
};

const longAt = (view: DataView, at: number): number => (at === 0 ? 0 : Number(view.getBigInt64(at, true)));

/** The table that an offset leads to; a field that is not there leads nowhere a view can read. */
const tableAt = (view: DataView, at: number): number =>
  at === 0 ? view.byteLength : at + view.getUint32(at, true);

/** Start and length of a vector, which must lie in the header with all its items. */
const checkVector = (
  view: DataView,
  table: number,
  field: number,
  itemBytes: number,
): { start: number; length: number } => {
  const at = fieldOf(view, table, field);
  if (at === 0) return { start: 0, length: 0 };
  const vector = tableAt(view, at);
  const length = view.getUint32(vector, true);
  // Throws when the last item ends outside.
  if (length > 0) view.getUint8(vector + 3 + length * itemBytes);
  return { start: vector + 4, length };
};

const checkBatch = (view: DataView, batch: number): void => {
  const { nodes, buffers, variadicCounts } = fields.recordBatch;
  checkVector(view, batch, nodes, 16);
  checkVector(view, batch, buffers, 16);
  checkVector(view, batch, variadicCounts, 8);
};

/** Walks all fields of a schema, children included; never more of them than the header could hold, though offsets may share. */
const checkSchema = (view: DataView, schema: number): void => {
  checkVector(view, schema, fields.schema.metadata, 4);
  checkVector(view, schema, fields.schema.features, 8);
  const open = [checkVector(view, schema, fields.schema.fields, 4)];
  let left = view.byteLength / 8;
  for (let list = open.pop(); list !== undefined; list = open.pop())
    for (let item = 0; item < list.length; item++) {
      const field = tableAt(view, list.start + 4 * item);
      checkVector(view, field, fields.field.metadata, 4);
      open.push(checkVector(view, field, fields.field.children, 4));
      // Past the end on purpose: a RangeError, as for any other bad offset.
      if (--left < 0) view.getUint8(view.byteLength);
    }
};
