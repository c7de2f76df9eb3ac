/** @file Sums over seen rows, one a domain. */
import { type SavedSums, type SeenMean, SeenSums, type Statistic } from "./seen-sums.ts";

/** {@link SeenSums} of every domain that has some. */
export class DomainSums {
  /** Index = domain number; holes where it has none. */
  readonly #sums: SeenSums[] = [];

  constructor(saved: Readonly<Record<string, SavedSums>> = {}) {
    for (const [domain, sums] of Object.entries(saved)) this.#sums[Number(domain)] = new SeenSums(sums);
  }

  /** Rows seen, over all domains. */
  get seen(): number {
    return this.#sums.reduce((sum, { seen }) => sum + seen, 0);
  }

  /** A domain's sums, to be changed. */
  of(domain: number): SeenSums {
    return (this.#sums[domain] ??= new SeenSums());
  }

  /** Mean over a domain; of nothing where it has no rows seen. */
  meanOf(domain: number, statistic: Statistic): SeenMean {
    return (this.#sums[domain] ?? new SeenSums()).meanOf(statistic);
  }

  /** Plain data, by domain number, in order. */
  save(): Record<string, SavedSums> {
    return Object.fromEntries(Object.entries(this.#sums).map(([domain, sums]) => [domain, sums.save()]));
  }
}
