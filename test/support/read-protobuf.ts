/** @file Reads the fields of one protocol buffer message, written apart from the writer that it tests. */

/** A field: an integer (varints, fixed32 as its bits) or bytes. */
export interface ProtobufField {
  readonly field: number;
  readonly integer?: bigint;
  readonly bytes?: Uint8Array;
}

export const readProtobuf = (bytes: Uint8Array): ProtobufField[] => {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, value);
    }
  };
  const fields: ProtobufField[] = [];
  while (at < bytes.length) {
    const tag = Number(varint());
    const field = tag >>> 3;
    if ((tag & 7) === 0) fields.push({ field, integer: varint() });
    else if ((tag & 7) === 2) {
      const length = Number(varint());
      fields.push({ field, bytes: bytes.subarray(at, at + length) });
      at += length;
    } else if ((tag & 7) === 5) {
      fields.push({
        field,
        integer: BigInt(new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, true)),
      });
      at += 4;
    } else throw new Error(`wire type ${tag & 7}`);
  }
  return fields;
};
