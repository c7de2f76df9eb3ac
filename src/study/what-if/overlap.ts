/** @file How much two ways of drawing have in common: at the same step, and over the whole run. */
import type { Draws } from "../../draws.ts";

/** Rows and instances that two ways of drawing share. */
export interface Overlap {
  /** Draws of either way, and those of the other way's batch of the same step. */
  readonly draws: number;
  readonly sameStep: number;
  /** Different instances that each way drew, and that both did. */
  readonly instances: { readonly recorded: number; readonly other: number; readonly both: number };
}

/** Counts overlap as steps come; two bits an instance of the corpus. */
export class OverlapCount {
  readonly #ordinalOf: (shard: number, row: number) => number;
  readonly #recorded: Uint8Array;
  readonly #other: Uint8Array;
  readonly #instances = { recorded: 0, other: 0, both: 0 };
  #draws = 0;
  #sameStep = 0;

  /** @param instances of the corpus
   * @param ordinalOf an instance's place in the corpus, in [0, instances) */
  constructor(instances: number, ordinalOf: (shard: number, row: number) => number) {
    this.#ordinalOf = ordinalOf;
    this.#recorded = new Uint8Array(Math.ceil(instances / 8));
    this.#other = new Uint8Array(Math.ceil(instances / 8));
  }

  /** Takes one step of both ways in. O(M). */
  add(recorded: Draws, other: Draws): void {
    const batch = new Set<number>();
    for (let slot = 0; slot < recorded.size; slot++) {
      const ordinal = this.#ordinalOf(recorded.shard[slot]!, recorded.row[slot]!);
      batch.add(ordinal);
      this.#mark(ordinal, this.#recorded, this.#other, "recorded");
    }
    for (let slot = 0; slot < other.size; slot++) {
      const ordinal = this.#ordinalOf(other.shard[slot]!, other.row[slot]!);
      if (batch.has(ordinal)) this.#sameStep++;
      this.#mark(ordinal, this.#other, this.#recorded, "other");
    }
    this.#draws += other.size;
  }

  /** Over the steps so far. */
  total(): Overlap {
    return { draws: this.#draws, sameStep: this.#sameStep, instances: { ...this.#instances } };
  }

  #mark(ordinal: number, own: Uint8Array, others: Uint8Array, way: "recorded" | "other"): void {
    const at = Math.floor(ordinal / 8);
    const bit = 1 << (ordinal % 8);
    if ((own[at]! & bit) !== 0) return;
    own[at]! |= bit;
    this.#instances[way]++;
    if ((others[at]! & bit) !== 0) this.#instances.both++;
  }
}
