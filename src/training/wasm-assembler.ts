/** @file A WebAssembly assembler of the few instructions that our kernel uses: expressions are nested calls, written as they are read.
 * Encodings: WebAssembly Core Specification 2.0, §5 (binary format). */

/** Bytes of instructions. An expression leaves one value on the stack, a statement none. */
export type Code = readonly number[];

const valueTypes = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
/** Type of a parameter or local. */
export type ValueType = keyof typeof valueTypes;

/** Unsigned LEB128 (§5.2.2). */
const unsigned = (value: number): Code =>
  value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
/** Signed LEB128 of a value in [0, 2^31). */
const signed = (value: number): Code => (value < 64 ? [value] : [(value & 127) | 128, ...signed(value >> 7)]);
const text = (value: string): Code => sequence(Buffer.from(value));
const sequence = (bytes: Iterable<number>): Code => {
  const all = [...bytes];
  return [...unsigned(all.length), ...all];
};
const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const unary =
  (instruction: Code) =>
  (operand: Code): Code => [...operand, ...instruction];
const binary =
  (instruction: Code) =>
  (left: Code, right: Code): Code => [...left, ...right, ...instruction];

type Unary = (operand: Code) => Code;
type Binary = (left: Code, right: Code) => Code;

/** Four float32 lanes. */
export const f32x4: {
  readonly splat: Unary;
  readonly sqrt: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
} = {
  splat: unary(simd(0x13)),
  sqrt: unary(simd(0xe3)),
  add: binary(simd(0xe4)),
  sub: binary(simd(0xe5)),
  mul: binary(simd(0xe6)),
  div: binary(simd(0xe7)),
};

/** Adds a constant in [0, 2^31) to an address. */
export const advance = (address: Code, bytes: number): Code => [...address, 0x41, ...signed(bytes), 0x6a];

/** 16 bytes at address + offset. Alignment is a promise of 2^4 bytes, kept by `parameter-memory.ts`; a false one is only slow. */
export const load = (address: Code, offset: number): Code => [...address, ...simd(0), 4, ...unsigned(offset)];
/** Statement: 16 bytes to address + offset. */
export const store = (address: Code, offset: number, value: Code): Code => [
  ...address,
  ...value,
  ...simd(11),
  4,
  ...unsigned(offset),
];

const block: Code = [0x02, 0x40];
const loop: Code = [0x03, 0x40];
const end: Code = [0x0b];
const branch = (depth: number): Code => [0x0c, depth];
const branchIf = (depth: number, condition: Code): Code => [...condition, 0x0d, depth];
const atLeast = binary([0x4f]);

/** Statement: repeats while `left` < `right` as unsigned integers, checked before each round. */
export const whileBelow = (left: Code, right: Code, ...body: readonly Code[]): Code => [
  ...block,
  ...loop,
  ...branchIf(1, atLeast(left, right)),
  ...body.flat(),
  ...branch(0),
  ...end,
  ...end,
];

/** Reads and writes of a function's parameters and locals, by name. */
export interface Locals<Name extends string> {
  readonly get: (name: Name) => Code;
  readonly set: (name: Name, value: Code) => Code;
}

/** An assembled function without results. */
export interface Assembled {
  readonly name: string;
  readonly type: Code;
  readonly code: Code;
}

/** {@link Assembled}, with the names of its parameters. */
export interface WasmFunction<Parameter extends string> extends Assembled {
  /** Named arguments in the order that the function takes them in. */
  readonly argumentsOf: (named: Readonly<Record<Parameter, number>>) => number[];
}

/** Assembles a function; locals start as zeros. */
export const wasmFunction = <Parameter extends string, Local extends string>(definition: {
  readonly name: string;
  readonly parameters: Readonly<Record<Parameter, ValueType>>;
  readonly locals: Readonly<Record<Local, ValueType>>;
  readonly body: (locals: Locals<Parameter | Local>) => readonly Code[];
}): WasmFunction<Parameter> => {
  const typesOf = (names: Readonly<Record<string, ValueType>>): number[] =>
    Object.values(names).map((type) => valueTypes[type]);
  const order = [...Object.keys(definition.parameters), ...Object.keys(definition.locals)];
  const index = (name: string): Code => unsigned(order.indexOf(name));
  const body = definition.body({
    get: (name) => [0x20, ...index(name)],
    set: (name, value) => [...value, 0x21, ...index(name)],
  });
  const locals = list(typesOf(definition.locals).map((type) => [1, type]));
  return {
    name: definition.name,
    argumentsOf: (named: Readonly<Record<string, number>>) =>
      Object.keys(definition.parameters).map((name) => named[name]!),
    type: [0x60, ...sequence(typesOf(definition.parameters)), 0],
    code: sequence([...locals, ...body.flat(), ...end]),
  };
};

const magicAndVersion: Code = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const section = (id: number, content: Code): Code => [id, ...sequence(content)];

/** Bytes of a module that exports one function and imports its memory, of at least one page, as `host.memory` (§5.5). */
export const wasmModule = ({ name, type, code }: Assembled): Uint8Array<ArrayBuffer> => {
  const memory = [...text("host"), ...text("memory"), 0x02, 0x00, 1];
  return Uint8Array.from([
    ...magicAndVersion,
    ...section(1, list([type])),
    ...section(2, list([memory])),
    ...section(3, list([[0]])), // the first function has the first type
    ...section(7, list([[...text(name), 0x00, 0]])),
    ...section(10, list([code])),
  ]);
};
