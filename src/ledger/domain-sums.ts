/** @file Sums over seen rows, one a domain. */
import { type SavedSums, type SeenMean, SeenSums, type Statistic } from "./seen-sums.ts";

/** {@link SeenSums} of every domain that has some. */
export class DomainSums {
  readonly #sums = new Map<number, SeenSums>();

  constructor(saved: Readonly<Record<string, SavedSums>> = {}) {
    for (const [domain, sums] of Object.entries(saved)) this.#sums.set(Number(domain), new SeenSums(sums));
  }

  /** Rows seen, over all domains. */
  get seen(): number {
    return [...this.#sums.values()].reduce((sum, { seen }) => sum + seen, 0);
  }

  /** A domain's sums, to be changed. */
  of(domain: number): SeenSums {
    const known = this.#sums.get(domain);
    if (known !== undefined) return known;
    const sums = new SeenSums();
    this.#sums.set(domain, sums);
    return sums;
  }

  /** Mean over a domain; of nothing where it has no rows seen. */
  meanOf(domain: number, statistic: Statistic): SeenMean {
    return (this.#sums.get(domain) ?? new SeenSums()).meanOf(statistic);
  }

  /** Plain data, by domain number, in order. */
  save(): Record<string, SavedSums> {
    const inOrder = [...this.#sums].toSorted(([a], [b]) => a - b);
    return Object.fromEntries(inOrder.map(([domain, sums]) => [String(domain), sums.save()]));
  }
}
