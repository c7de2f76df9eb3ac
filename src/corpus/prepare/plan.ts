/** @file The plan of a corpus: which slices make which shards, and the key that tells whether work on disk belongs to it. */
import { createHash } from "node:crypto";

import type { Dataset } from "./dataset.ts";
import type { Input } from "./inputs.ts";
import { type Slice, slicesOf } from "./slice.ts";

/** Changes whenever the same inputs would give other bytes. */
const prepareVersion = 1;

/** Input bytes that become one training shard, about; a constant, since rows never cross parts. */
const partBytes = 2 ** 27;

/** A piece of a domain that becomes one training shard and one held-out shard: the unit of restarting. */
export interface Part {
  /** Domain number. */
  readonly domain: number;
  /** `<domain>-<number>`, the name of its files. */
  readonly name: string;
  readonly slices: readonly Slice[];
}

/** All work of a corpus. */
export interface Plan {
  /** SHA-256, hexadecimal, of options and inputs: equal keys give equal bytes. */
  readonly key: string;
  readonly inputBytes: number;
  /** By domain, then in input order. */
  readonly parts: readonly Part[];
}

/** Input bytes of a slice, about: it moves on to line starts. */
export const byteLengthOf = ({ start, end }: Slice): number => end - start;

const partsOf = (domain: number, name: string, slices: readonly Slice[]): Part[] => {
  const groups: Slice[][] = [];
  let bytes = partBytes;
  for (const slice of slices) {
    if (bytes >= partBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(slice);
    bytes += byteLengthOf(slice);
  }
  return groups.map((group, index) => ({
    domain,
    name: `${name}-${String(index).padStart(5, "0")}`,
    slices: group,
  }));
};

/** Plans a corpus. Where the inputs lie does not count, what is in them does. O(slices). */
export const planCorpus = (dataset: Dataset, inputs: readonly (readonly Input[])[]): Plan => {
  const domains = Object.entries(dataset.domains);
  const { domains: _, ...options } = dataset;
  const facts = [
    prepareVersion,
    Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    domains.map(([name, { format }], domain) => [
      name,
      format,
      inputs[domain]!.map(({ path, sha256 }) => [path.endsWith(".gz"), sha256]),
    ]),
  ];
  return {
    key: createHash("sha256").update(JSON.stringify(facts)).digest("hex"),
    inputBytes: inputs.flat().reduce((sum, { byteLength }) => sum + byteLength, 0),
    parts: domains.flatMap(([name, { format }], domain) =>
      partsOf(
        domain,
        name,
        inputs[domain]!.flatMap(({ path, byteLength }) => slicesOf(path, format, byteLength)),
      ),
    ),
  };
};
