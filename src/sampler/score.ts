/** @file Scores: from what the ledger knows of a window's rows to how much each is preferred. */

/** Mean of a statistic over the seen rows of a block or domain, each weighted with base/probability of its last draw. */
export interface SeenMean {
  /** Rows seen at least once. */
  readonly seen: number;
  /** Nats per token; NaN when nothing is seen. */
  readonly mean: number;
}

/** What a window is scored from. */
export interface WindowStatistics {
  /** Shape [n], rows in block order, nats per token; NaN where a row was never seen. */
  readonly values: Float32Array;
  /** One a block of the window. */
  readonly blocks: readonly SeenMean[];
  /** Of the whole domain, blocks outside the window included. */
  readonly domain: SeenMean;
}

/** κ: as many seen rows of a block weigh as much as all of its domain. */
export const priorRows = 16;

/** The statistic that a never-seen row of a block is taken to have: (n_b·m_b + κ·m_d) / (n_b + κ), n_b the block's seen rows, m_b
 * and m_d the means of block and domain. NaN when nothing of the domain was seen. */
export const priorStatistic = (block: SeenMean, domain: SeenMean): number => {
  if (domain.seen === 0) return Number.NaN;
  const sum = block.seen === 0 ? 0 : block.seen * block.mean;
  return (sum + priorRows * domain.mean) / (block.seen + priorRows);
};

/** Score of a statistic: max(0, statistic)^power, rounded to float32. A loss that rounding put under 0 counts as 0. */
export const scoreOf = (statistic: number, power: number): number => {
  const positive = statistic > 0 ? statistic : 0;
  return Math.fround(power === 1 ? positive : positive ** power);
};

/** Scores of a window's n rows: the score of a row's statistic, or of its block's prior where it was never seen.
 * @param blocks the window's blocks, in order
 * @param power  ≥ 0
 * @returns shape [n]; null, which stands for equal scores, when nothing of the domain was seen. O(n). */
export const scoreWindow = (
  statistics: WindowStatistics,
  blocks: readonly { readonly rows: number }[],
  power: number,
): Float32Array | null => {
  const { values, domain } = statistics;
  if (domain.seen === 0) return null;
  const scores = new Float32Array(values.length);
  let row = 0;
  blocks.forEach(({ rows }, block) => {
    const unseen = scoreOf(priorStatistic(statistics.blocks[block]!, domain), power);
    for (const end = row + rows; row < end; row++) {
      const value = values[row]!;
      scores[row] = Number.isNaN(value) ? unseen : scoreOf(value, power);
    }
  });
  return scores;
};
