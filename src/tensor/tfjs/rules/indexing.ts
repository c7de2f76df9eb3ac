/** @file Kernels that read and add by index. */
import { sizeOf } from "../../shape.ts";
import type { Value } from "../../value.ts";
import type { Kernels, Rules } from "../rule.ts";
import type { TfjsTensor } from "../runtime.ts";

type Indexing = "gatherRows" | "scatterAddRows" | "scatterAddColumns" | "takeLast" | "addLast";

/** Places n·C + index[n] in x [N, C] laid out flat. */
const flatPlaces = (kernels: Kernels, x: Value, index: TfjsTensor): TfjsTensor => {
  const [rows = 0, columns = 0] = x.shape;
  const starts = kernels.integers(Array.from({ length: rows }, (_, row) => row * columns));
  return kernels.run("Add", { a: starts, b: index });
};

const flat = (kernels: Kernels, x: Value, tensor: TfjsTensor): TfjsTensor =>
  kernels.run("Reshape", { x: tensor }, { shape: [sizeOf(x.shape)] });

const gather = (kernels: Kernels, x: TfjsTensor, indices: TfjsTensor): TfjsTensor =>
  kernels.run("GatherV2", { x, indices }, { axis: 0, batchDims: 0 });

/** What is added is scattered onto zeros first: ScatterNd sums repeated indices, in their order. */
export const indexing: Rules<Indexing> = {
  gatherRows: {
    kernels: ["GatherV2"],
    compute: (kernels, _value, [table, index]) => gather(kernels, table!, index!),
  },
  scatterAddRows: {
    kernels: ["Reshape", "ScatterNd", "Add"],
    compute: (kernels, { shape, inputs }, [base, index, rows]) => {
      const count = sizeOf(inputs[1].shape);
      const indices = kernels.run("Reshape", { x: index! }, { shape: [count, 1] });
      const updates = kernels.run("Reshape", { x: rows! }, { shape: [count, shape[1]!] });
      return kernels.run("Add", {
        a: base!,
        b: kernels.run("ScatterNd", { indices, updates }, { shape: [...shape] }),
      });
    },
  },
  scatterAddColumns: {
    kernels: ["Reshape", "ScatterNd", "Transpose", "Add"],
    compute: (kernels, { shape, inputs }, [base, index, rows]) => {
      const [width = 0, columns = 0] = shape;
      const count = sizeOf(inputs[1].shape);
      const indices = kernels.run("Reshape", { x: index! }, { shape: [count, 1] });
      const updates = kernels.run("Reshape", { x: rows! }, { shape: [count, width] });
      const added = kernels.run("ScatterNd", { indices, updates }, { shape: [columns, width] });
      return kernels.run("Add", { a: base!, b: kernels.run("Transpose", { x: added }, { perm: [1, 0] }) });
    },
  },
  takeLast: {
    kernels: ["Add", "Reshape", "GatherV2"],
    compute: (kernels, { inputs }, [x, index]) =>
      gather(kernels, flat(kernels, inputs[0], x!), flatPlaces(kernels, inputs[0], index!)),
  },
  addLast: {
    // TensorScatterUpdate would save a pass, but tfjs' own writes over its operand on the cpu.
    kernels: ["Add", "Reshape", "ScatterNd"],
    compute: (kernels, { shape, inputs }, [x, index, updates]) => {
      const places = flatPlaces(kernels, inputs[0], index!);
      const indices = kernels.run("Reshape", { x: places }, { shape: [shape[0]!, 1] });
      const added = kernels.run("ScatterNd", { indices, updates: updates! }, { shape: [sizeOf(shape)] });
      return kernels.run("Add", { a: x!, b: kernels.run("Reshape", { x: added }, { shape: [...shape] }) });
    },
  },
};
