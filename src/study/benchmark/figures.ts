/** @file From timings to figures: medians, spreads, and what they are beside the same machine's floor. */
import { SamplerError, mustBe } from "../../errors.ts";
import type { Case } from "./timing.ts";

/** A number over the rounds of a benchmark. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** How fast the machine does the least that a stage must do. */
export interface Floor {
  readonly name: string;
  /** Instances of the corpus that it was measured beside. */
  readonly instances: number;
  readonly unit: string;
  readonly perSecond: Spread;
  /** Rounds behind the spread; one round has none. */
  readonly rounds: number;
}

/** How fast a stage is. */
export interface Figure extends Floor {
  /** Median; of cases that move tokens. */
  readonly tokensPerSecond?: number;
  readonly bytesReadPerByteUsed?: number;
  /** The floor in the same rounds. */
  readonly floor: { readonly name: string; readonly perSecond: number };
  /** The figure divided by its floor, round by round. */
  readonly ratio: Spread;
}

/** Median (the mean of the middle two), lowest and highest of some values, one at least. */
export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1]!;
  const lower = sorted[(sorted.length - 1) >> 1]!;
  return { median: (lower + upper) / 2, lowest: sorted[0]!, highest: sorted.at(-1)! };
};

/** Figures and floors of cases that were timed together.
 * @param rates   shape [cases][rounds], units a second
 * @param seqLen  tokens of a row, for cases that read
 * @throws {SamplerError} when a case names a floor that is not among the cases */
export const figuresOf = (
  cases: readonly Case[],
  rates: readonly (readonly number[])[],
  instances: number,
  seqLen: number,
): { figures: Figure[]; floors: Floor[] } => {
  const figures: Figure[] = [];
  const floors: Floor[] = [];
  for (const [index, { name, unit, floor, bytesReadPerByteUsed }] of cases.entries()) {
    const perSecond = spreadOf(rates[index]!);
    const measured = { name, instances, unit, perSecond, rounds: rates[index]!.length };
    if (floor === undefined) {
      floors.push(measured);
      continue;
    }
    const floorRates = rates[cases.findIndex((other) => other.name === floor && other.floor === undefined)];
    if (floorRates === undefined)
      throw new SamplerError(mustBe(`floor of ${name}`, "one of the cases timed with it", floor));
    figures.push({
      ...measured,
      ...(bytesReadPerByteUsed !== undefined && {
        tokensPerSecond: perSecond.median * seqLen,
        bytesReadPerByteUsed: bytesReadPerByteUsed(),
      }),
      floor: { name: floor, perSecond: spreadOf(floorRates).median },
      ratio: spreadOf(rates[index]!.map((rate, round) => rate / floorRates[round]!)),
    });
  }
  return { figures, floors };
};
