/** @file ONNX operators that read and add by index. */
import { sizeOf } from "../../shape.ts";
import type { Rules } from "../emission.ts";

type Indexing = "gatherRows" | "scatterAddRows" | "scatterAddColumns" | "takeLast" | "addLast";

const adding = (axis: number): { reduction: { text: string }; axis: { int: number } } => ({
  reduction: { text: "add" },
  axis: { int: axis },
});

/**
 * Adding is ScatterElements, never ScatterND: on the CPU that one loses additions to a repeated index when
 * threads race (microsoft/onnxruntime issues 18048 and 23396; 2 % error of an embedding's gradient at 2 threads).
 * It writes over its base where nothing else reads that.
 */
export const indexing: Rules<Indexing> = {
  gatherRows: (emission, value) => {
    const [table, index] = value.inputs;
    emission.give(value, "Gather", [emission.nameOf(table), emission.nameOf(index)], { axis: { int: 0 } });
  },
  scatterAddRows: (emission, value) => {
    const [base, index, rows] = value.inputs;
    const count = sizeOf(index.shape);
    const flat = emission.integers([count, value.shape[1]!]);
    const column = emission.step(value, "column", "Reshape", [
      emission.nameOf(index),
      emission.integers([count, 1]),
    ]);
    const repeated = emission.step(value, "index", "Expand", [column, flat]);
    const added = emission.step(value, "rows", "Reshape", [emission.nameOf(rows), flat]);
    emission.give(value, "ScatterElements", [emission.nameOf(base), repeated, added], adding(0));
  },
  scatterAddColumns: (emission, value) => {
    const [base, index, rows] = value.inputs;
    const count = sizeOf(index.shape);
    const width = value.shape[0]!;
    const row = emission.step(value, "row", "Reshape", [
      emission.nameOf(index),
      emission.integers([1, count]),
    ]);
    const repeated = emission.step(value, "index", "Expand", [row, emission.integers([width, count])]);
    const flat = emission.step(value, "rows", "Reshape", [
      emission.nameOf(rows),
      emission.integers([count, width]),
    ]);
    const columns = emission.step(value, "columns", "Transpose", [flat], { perm: { ints: [1, 0] } });
    emission.give(value, "ScatterElements", [emission.nameOf(base), repeated, columns], adding(1));
  },
  takeLast: (emission, value) => {
    const [x, index] = value.inputs;
    const column = emission.integers([value.shape[0]!, 1]);
    const at = emission.step(value, "index", "Reshape", [emission.nameOf(index), column]);
    const taken = emission.step(value, "taken", "GatherElements", [emission.nameOf(x), at], {
      axis: { int: 1 },
    });
    emission.give(value, "Reshape", [taken, emission.integers(value.shape)]);
  },
  addLast: (emission, value) => {
    const [x, index, values] = value.inputs;
    const column = emission.integers([value.shape[0]!, 1]);
    const at = emission.step(value, "index", "Reshape", [emission.nameOf(index), column]);
    const added = emission.step(value, "values", "Reshape", [emission.nameOf(values), column]);
    emission.give(value, "ScatterElements", [emission.nameOf(x), at, added], adding(1));
  },
};
