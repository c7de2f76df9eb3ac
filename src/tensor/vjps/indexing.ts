/** @file Gradients of the operations that read and add by index. */
import { isOp } from "../value.ts";
import type { Vjps } from "./vjp.ts";

type Indexing = "gatherRows" | "scatterAddRows" | "scatterAddColumns" | "takeLast" | "addLast";

/** Reading by index adds by index on the way back, in place of a sum; adding reads. */
export const indexing: Vjps<Indexing> = {
  gatherRows: (p, { inputs: [table, index] }, g) => [
    {
      into: (sum) => {
        // A sum that is computed transposed is added to before it is turned: it need not be stored both ways.
        if (sum !== undefined && isOp(sum, "transpose"))
          return p.transpose(p.scatterAddColumns(sum.inputs[0], index, g), [1, 0]);
        return p.scatterAddRows(sum ?? p.filled(table.shape, 0), index, g);
      },
    },
    null,
  ],
  scatterAddRows: (p, { inputs: [, index] }, g) => [() => g, null, () => p.gatherRows(g, index)],
  scatterAddColumns: (p, { inputs: [, index] }, g) => [
    () => g,
    null,
    () => p.gatherRows(p.transpose(g, [1, 0]), index),
  ],
  takeLast: (p, { inputs: [x, index] }, g) => [
    { into: (sum) => p.addLast(sum ?? p.filled(x.shape, 0), index, g) },
    null,
  ],
  addLast: (p, { inputs: [, index] }, g) => [() => g, null, () => p.takeLast(g, index)],
};
