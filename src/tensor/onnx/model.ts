/** @file The part of an ONNX model that we write, and its encoding (field numbers of onnx.proto, IR version 10). */
import { ProtobufWriter } from "./protobuf-writer.ts";
import type { Shape } from "../value.ts";

/** Element types of TensorProto. */
export const elementType = { float32: 1, int32: 6, int64: 7 } as const;
type ElementType = keyof typeof elementType;

/** An attribute's value, by its kind. */
export type OnnxAttribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] };

/** Attributes by name. */
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

/** One operator of the graph; names of tensors connect them. */
export interface OnnxNode {
  readonly type: string;
  /** `""` for the standard's own, `com.microsoft` for the runtime's. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: OnnxAttributes;
}

/** A tensor stored in the model. */
export interface OnnxInitializer {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

/** An input or output of the graph. */
export interface OnnxPort {
  readonly name: string;
  readonly type: "float32" | "int32";
  readonly shape: Shape;
}

/** A whole model; nodes in an order that can be run. */
export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /** A further output before all others: a sequence of tensors of this type (`uncopied-outputs.ts`). */
  readonly barrier?: Pick<OnnxPort, "name" | "type">;
}

const IR_VERSION = 10;
/** The first with Gelu. */
const OPSET_VERSION = 20;
/** Operators that the runtime adds to the standard's. */
export const MICROSOFT = "com.microsoft";

const writeAttribute = (writer: ProtobufWriter, name: string, attribute: OnnxAttribute): void => {
  writer.text(1, name);
  if ("float" in attribute) {
    writer.float(2, attribute.float);
    writer.integer(20, 1);
  } else if ("int" in attribute) {
    writer.integer(3, attribute.int);
    writer.integer(20, 2);
  } else if ("text" in attribute) {
    writer.text(4, attribute.text);
    writer.integer(20, 3);
  } else {
    for (const int of attribute.ints) writer.integer(8, int);
    writer.integer(20, 7);
  }
};

const writeNode = (writer: ProtobufWriter, node: OnnxNode): void => {
  for (const input of node.inputs) writer.text(1, input);
  for (const output of node.outputs) writer.text(2, output);
  writer.text(3, node.outputs[0] ?? node.type);
  writer.text(4, node.type);
  for (const [name, attribute] of Object.entries(node.attributes))
    writer.message(5, (inner) => writeAttribute(inner, name, attribute));
  writer.text(7, node.domain);
};

const writeInitializer = (writer: ProtobufWriter, { name, type, shape, data }: OnnxInitializer): void => {
  for (const length of shape) writer.integer(1, length);
  writer.integer(2, elementType[type]);
  writer.text(8, name);
  writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
};

const writePort = (writer: ProtobufWriter, { name, type, shape }: OnnxPort): void => {
  writer.text(1, name);
  writer.message(2, (typeProto) =>
    typeProto.message(1, (tensor) => {
      tensor.integer(1, elementType[type]);
      tensor.message(2, (dimensions) => {
        for (const length of shape) dimensions.message(1, (dimension) => dimension.integer(1, length));
      });
    }),
  );
};

const writeSequence = (writer: ProtobufWriter, { name, type }: Pick<OnnxPort, "name" | "type">): void => {
  writer.text(1, name);
  writer.message(2, (typeProto) =>
    typeProto.message(4, (sequence) =>
      sequence.message(1, (element) => element.message(1, (tensor) => tensor.integer(1, elementType[type]))),
    ),
  );
};

const writeOpset = (writer: ProtobufWriter, domain: string, version: number): void => {
  writer.text(1, domain);
  writer.integer(2, version);
};

/** The bytes of an .onnx file. O(bytes); weights are inputs, not initializers, so this is some 100 KB a model. */
export const encodeModel = (model: OnnxModel): Uint8Array => {
  const writer = new ProtobufWriter();
  writer.integer(1, IR_VERSION);
  writer.text(2, "counterweight");
  writer.message(7, (graph) => {
    for (const node of model.nodes) graph.message(1, (inner) => writeNode(inner, node));
    graph.text(2, "program");
    for (const tensor of model.initializers) graph.message(5, (inner) => writeInitializer(inner, tensor));
    for (const port of model.inputs) graph.message(11, (inner) => writePort(inner, port));
    const { barrier } = model;
    if (barrier !== undefined) graph.message(12, (inner) => writeSequence(inner, barrier));
    for (const port of model.outputs) graph.message(12, (inner) => writePort(inner, port));
  });
  writer.message(8, (opset) => writeOpset(opset, "", OPSET_VERSION));
  writer.message(8, (opset) => writeOpset(opset, MICROSOFT, 1));
  return writer.finish();
};
