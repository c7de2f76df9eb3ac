/** @file What a program's intermediate tensors take on the onnx engine at their worst moment, without running it. */
import { planOf } from "../plan.ts";
import type { Program } from "../program.ts";
import { sizeOf } from "../shape.ts";
import { type Op, type Value, isOp } from "../value.ts";
import { kernels } from "./rules/kernels.ts";

/** Operations whose operator may write over an operand that nothing else reads. */
const inPlace: ReadonlySet<Op> = new Set<Op>([
  ...(["add", "sub", "mul", "div", "min", "max", "neg", "abs", "exp", "sqrt", "tanh", "sigmoid"] as const),
  ...(["softmax", "logSoftmax", "addLast", "scatterAddRows", "scatterAddColumns"] as const),
]);

/** Memory that one value, or several of the same elements, lie in. */
interface Block {
  bytes: number;
  /** Reads still to come; what is not the engine's to free has infinitely many. */
  readers: number;
}

const bytesOf = (value: Value): number => 4 * sizeOf(value.shape);

/** The operand that an operation may write its result over, among those that nothing else reads. */
const reusedBy = (step: Value, dying: readonly Value[]): Value | undefined => {
  if (isOp(step, "matmul")) return dying.find((value) => value === step.inputs[2]);
  if (isOp(step, "addLast") || isOp(step, "scatterAddRows") || isOp(step, "scatterAddColumns"))
    return dying.find((value) => value === step.inputs[0]);
  return inPlace.has(step.op) ? dying.find((value) => bytesOf(value) === bytesOf(step)) : undefined;
};

/**
 * Most bytes that intermediate tensors take at once, constants included; inputs and outputs lie in the caller's buffers.
 *
 * Walks the plan in its order: a result is new memory, unless it is a reshape of an operand or written over one that ends
 * here; memory ends with the last read of what lies in it. The runtime's arena takes 1.16 to 1.21 times as much.
 * @returns bytes. O(nodes).
 */
export const peakBytes = (program: Program, outputs: Readonly<Record<string, Value>>): number => {
  const plan = planOf(program, Object.values(outputs), new Set(Object.keys(kernels)));
  const inputsOf = new Map(plan.steps.map((step) => [step, step.inputs.map((x) => plan.resolve(x))]));
  const reads = new Map<Value, number>();
  for (const inputs of inputsOf.values())
    for (const input of inputs) reads.set(input, (reads.get(input) ?? 0) + 1);
  const given = new Set(Object.values(outputs).map((value) => plan.resolve(value)));

  const blocks = new Map<Value, Block>();
  let live = 0;
  let peak = 0;
  const place = (value: Value, block: Block): void => {
    block.readers += reads.get(value) ?? 0;
    blocks.set(value, block);
  };
  const allocate = (value: Value): Block => {
    live += bytesOf(value);
    return { bytes: bytesOf(value), readers: 0 };
  };
  const release = (block: Block, count: number): void => {
    block.readers -= count;
    if (block.readers > 0) return;
    live -= block.bytes;
    block.bytes = 0;
  };

  for (const step of plan.steps) {
    const inputs = inputsOf.get(step)!;
    const readBy = (block: Block): number => inputs.filter((input) => blocks.get(input) === block).length;
    let scratch = 0;
    if (isOp(step, "constant")) place(step, { ...allocate(step), readers: Infinity });
    else if (isOp(step, "input") || given.has(step)) place(step, { bytes: 0, readers: Infinity });
    else if (isOp(step, "reshape")) place(step, blocks.get(inputs[0]!)!);
    else {
      const dying = inputs.filter((input) => blocks.get(input)!.readers === readBy(blocks.get(input)!));
      const reused = reusedBy(step, dying);
      place(step, reused ? blocks.get(reused)! : allocate(step));
    }
    if (isOp(step, "composite"))
      for (const kept of Object.values(step.attributes.kept)) {
        if (!plan.isRead(kept)) continue;
        place(kept, allocate(kept));
        scratch = bytesOf(step); // gain and bias are applied in two steps then
      }
    peak = Math.max(peak, live + scratch);
    for (const input of inputs) release(blocks.get(input)!, 1);
    if (blocks.get(step)!.readers === 0) release(blocks.get(step)!, 0);
  }
  return peak;
};
