/** @file Gradients of the operations that read and add by index. */
import type { Vjps } from "./vjp.ts";

type Indexing = "gatherRows" | "scatterAddRows" | "takeLast" | "addLast";

/** Reading by index adds by index on the way back, in place of a sum; adding reads. */
export const indexing: Vjps<Indexing> = {
  gatherRows: (p, { inputs: [table, index] }, g) => [
    { into: (sum) => p.scatterAddRows(sum ?? p.filled(table.shape, 0), index, g) },
    null,
  ],
  scatterAddRows: (p, { inputs: [, index] }, g) => [() => g, null, () => p.gatherRows(g, index)],
  takeLast: (p, { inputs: [x, index] }, g) => [
    { into: (sum) => p.addLast(sum ?? p.filled(x.shape, 0), index, g) },
    null,
  ],
  addLast: (p, { inputs: [, index] }, g) => [() => g, null, () => p.takeLast(g, index)],
};
