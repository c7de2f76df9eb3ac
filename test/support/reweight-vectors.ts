/** @file The reference vectors of weighing, typed; see fixtures/weighing/README.md. */
import { readFileSync } from "node:fs";

import type { StrategyParameters } from "../../src/weighing/strategies.ts";

export interface VectorFigures {
  weights: number[];
  wMaxTimesM: number;
  ess: number;
  klFromUniform: number;
  meanLoss: number;
  weightedLoss: number;
  gain: number;
}

export interface VectorCase {
  name: string;
  delta: number;
  losses: number[];
  normalised: number[];
  results: Record<string, { scores: number[]; byTemperature: Record<string, VectorFigures> }>;
}

interface Coefficients {
  coefPerSample: number[][];
}

export interface ReweightVectors {
  cases: VectorCase[];
  distributed: {
    world: number;
    r: number;
    losses: number[][];
    tokenCounts: number[][];
    weights: number[][];
    plain: Coefficients & { localLoss: number[]; meanOverRanks: number };
    gpt2LenNorm: Coefficients & { localLoss: number[]; meanOverRanks: number; coefSum: number };
    tokenAware: Coefficients & { globalLoss: number };
    burnInGpt2: { localLoss: number[]; meanOverRanks: number; globalTokenMean: number };
  };
  schedules: {
    gpt2: {
      burnIn: number;
      target: number;
      samples: { step: number; reweighted: boolean; r: number | null }[];
    };
    llama: { warmup: number; warmupR: number; target: number; samples: { step: number; r: number }[] };
  };
  bounds: {
    scoreRange: number;
    r: number;
    M: number;
    maxRatio: number;
    wMaxTimesMUpper: number;
    capTwoGuaranteed: boolean;
  }[];
}

const parse = (text: string): ReweightVectors => JSON.parse(text);

export const vectors: ReweightVectors = parse(
  readFileSync(new URL("../fixtures/weighing/reweight-vectors.json", import.meta.url), "utf8"),
);

/** Our parameters for a scoring of the vectors. */
export const parametersOf = (scoring: string, delta: number): StrategyParameters => {
  const capAlpha = { linupper_cap05: 0.5, linupper_cap15: 1.5 }[scoring] ?? 1;
  const names: Record<string, StrategyParameters["strategy"]> = {
    uniform: "uniform",
    linupper: "linupper",
    linupper_cap05: "linupper",
    linupper_cap15: "linupper",
    quadratic: "quadratic",
    extremes: "extremes",
    upper_affine: "upperAffine",
    identity: "identity",
    raw_dro: "rawDro",
  };
  return { strategy: names[scoring]!, delta, capAlpha, epsRange: 1e-6 };
};

/** Relative tolerance of a case: nearly equal losses have lost digits before they get here. */
export const toleranceOf = (name: string): number => (name.startsWith("tiny_spread_") ? 1e-9 : 1e-12);

/** Largest |got − wanted| / max(|wanted|, floor) over two columns; NaN when one is. */
export const relativeError = (
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  floor = Number.MIN_VALUE,
): number => {
  let worst = got.length === wanted.length ? 0 : Infinity;
  for (let i = 0; i < wanted.length; i++) {
    const error = Math.abs(got[i]! - wanted[i]!);
    worst = Math.max(worst, error === 0 ? 0 : error / Math.max(Math.abs(wanted[i]!), floor));
  }
  return worst;
};
