/** @file Refuses buffers that are not what a program says of its inputs and outputs. */
import { EngineError } from "../errors.ts";
import { showShape, sizeOf } from "./shape.ts";
import type { TensorData, Value } from "./value.ts";

const show = (data: TensorData | undefined): string =>
  data === undefined ? "nothing" : `${data.constructor.name} of ${data.length}`;

/**
 * A feed or fetch, once it is known to fit; a runtime would say otherwise in words of its own, or read past its end.
 * @param use `feed` or `fetch`
 * @throws {EngineError} when its type or length is another, or its memory is shared between threads
 */
export const checkBuffer = (
  use: string,
  name: string,
  { dtype, shape }: Pick<Value, "dtype" | "shape">,
  data: TensorData | undefined,
): TensorData => {
  // The wording of mustBe; what was got is no text of the user's, so it stands without quotes.
  const misfit = (rule: string, hint?: string): EngineError =>
    new EngineError(
      `${use} "${name}" must be ${rule}, got ${show(data)}`,
      hint === undefined ? {} : { hint },
    );
  const kind = dtype === "int32" ? Int32Array : Float32Array;
  if (!(data instanceof kind) || data.length !== sizeOf(shape))
    throw misfit(`${kind.name} of ${showShape(shape)}`);
  if (data.buffer instanceof SharedArrayBuffer)
    throw misfit(
      "in memory that is not shared",
      "the runtime refuses SharedArrayBuffer; use an ArrayBuffer or a WebAssembly.Memory",
    );
  return data;
};
