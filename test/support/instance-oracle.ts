/** @file What the ledger should know, kept the plain way: one object an instance, every step applied from the start. */
import type { Draws } from "../../src/draws.ts";

/** State of one instance. */
export interface InstanceState {
  visits: number;
  lastStep: number;
  lastLoss: number;
  previousLoss: number;
  emaLoss: number;
  minLoss: number;
  correction: number;
  domain: number;
}

/** A step as it was reported. */
export interface OracleStep {
  readonly step: number;
  readonly draws: Draws;
  readonly losses: ArrayLike<number>;
}

const unit = 2 ** 20;

/** Instances by `shard:row` after the steps given, in their order; losses that are not finite change nothing. */
export const oracleOf = (steps: readonly OracleStep[], alpha = 0.3): Map<string, InstanceState> => {
  const instances = new Map<string, InstanceState>();
  for (const { step, draws, losses } of steps)
    for (let slot = 0; slot < draws.size; slot++) {
      const loss = Math.fround(losses[slot]!);
      if (!Number.isFinite(loss)) continue;
      const name = `${draws.shard[slot]}:${draws.row[slot]}`;
      const known = instances.get(name);
      instances.set(name, {
        visits: (known?.visits ?? 0) + 1,
        lastStep: step,
        lastLoss: loss,
        previousLoss: known?.lastLoss ?? Number.NaN,
        emaLoss: known === undefined ? loss : Math.fround(known.emaLoss + alpha * (loss - known.emaLoss)),
        minLoss: Math.min(known?.minLoss ?? Infinity, loss),
        correction: Math.fround(draws.base[slot]! / draws.probability[slot]!),
        domain: draws.domain[slot]!,
      });
    }
  return instances;
};

/** Mean of a statistic over some instances as the ledger defines it, by big integers. */
export const oracleMean = (
  instances: Iterable<InstanceState>,
  statistic: "lastLoss" | "emaLoss",
): { seen: number; mean: number } => {
  let seen = 0;
  let weight = 0n;
  let sum = 0n;
  for (const state of instances) {
    const correction = Math.max(state.correction, 1 / unit);
    seen++;
    weight += BigInt(Math.round(correction * unit));
    sum += BigInt(Math.round(correction * state[statistic] * unit));
  }
  return { seen, mean: seen === 0 ? Number.NaN : Number(sum) / Number(weight) };
};
