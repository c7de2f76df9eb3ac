/** @file What the sampler asks about a window: one number a row, and the means that stand in for rows never seen. */

/** Column of a page that scores are made from. */
export type Statistic = "lastLoss" | "emaLoss";

/** A block of a window; `rows` rows from `firstRow` of a shard, as the manifest cuts it. */
export interface WindowBlock {
  readonly shard: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** Mean of a statistic over seen rows, each weighted with base/probability of its last visit. */
export interface SeenMean {
  /** Rows seen. */
  readonly seen: number;
  /** Nats per token; NaN when nothing is seen. */
  readonly mean: number;
}

/** Statistics of a window's rows. */
export interface WindowStatistics {
  /** Shape [n], rows in block order; NaN for a row never seen. */
  readonly values: Float32Array;
  /** One for each block, in the order asked. */
  readonly blocks: readonly SeenMean[];
  /** Of the whole domain that the window's blocks come from. */
  readonly domain: SeenMean;
}
