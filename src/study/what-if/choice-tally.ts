/** @file What a weighing did over a run: means over its steps. */
import type { WeighingDiagnostics } from "../../weighing/diagnostics.ts";

/** One way to draw and weigh, in numbers; see `WeighingDiagnostics` for what each means. Means over steps. */
export interface Choice {
  readonly ess: number;
  readonly gamma: number;
  readonly rho: number;
  readonly klFromUniform: number;
  /** Mean and largest M·w_max. */
  readonly maxWeightTimesSize: number;
  readonly largestWeightTimesSize: number;
  /** By domain number; shares are fractions of the rows and of the weight. */
  readonly domains: readonly { readonly rowShare: number; readonly weightShare: number }[];
}

const averaged = ["ess", "gamma", "rho", "klFromUniform", "maxWeightTimesSize"] as const;

/** Tallies diagnostics of steps as they come. */
export class ChoiceTally {
  readonly #sums: Record<(typeof averaged)[number], number>;
  readonly #domains: { rowShare: number; weightShare: number }[];
  #largest = 0;
  #steps = 0;

  /** @param domains number of domains */
  constructor(domains: number) {
    this.#sums = { ess: 0, gamma: 0, rho: 0, klFromUniform: 0, maxWeightTimesSize: 0 };
    this.#domains = Array.from({ length: domains }, () => ({ rowShare: 0, weightShare: 0 }));
  }

  /** Takes the next step in. O(domains). */
  add(diagnostics: WeighingDiagnostics): void {
    this.#steps++;
    for (const name of averaged) this.#sums[name] += diagnostics[name];
    this.#largest = Math.max(this.#largest, diagnostics.maxWeightTimesSize);
    for (const { domain, rowShare, weightShare } of diagnostics.domains) {
      const sum = this.#domains[domain]!;
      sum.rowShare += rowShare;
      sum.weightShare += weightShare;
    }
  }

  /** Over the steps so far; NaN where there were none. */
  total(): Choice {
    const mean = (sum: number): number => sum / this.#steps;
    const { ess, gamma, rho, klFromUniform, maxWeightTimesSize } = this.#sums;
    return {
      ess: mean(ess),
      gamma: mean(gamma),
      rho: mean(rho),
      klFromUniform: mean(klFromUniform),
      maxWeightTimesSize: mean(maxWeightTimesSize),
      largestWeightTimesSize: this.#largest,
      domains: this.#domains.map(({ rowShare, weightShare }) => ({
        rowShare: mean(rowShare),
        weightShare: mean(weightShare),
      })),
    };
  }
}
