/** @file Instances whose tokens are exactly alike, over the whole corpus. */
import type { BlockIndex, BlockRef } from "../../corpus/blocks/block-index.ts";
import type { Corpus } from "../../corpus/corpus.ts";
import { type Manifest, tokenBytes } from "../../corpus/manifest.ts";
import type { Instance } from "../replay/instance-name.ts";
import { createRowHash } from "./row-hash.ts";
import { smallestOf } from "./smallest-of.ts";

/** What a domain repeats. */
export interface DomainDuplicates {
  /** Instances, held-out ones included. */
  readonly instances: number;
  /** Instances that say what an earlier one of the corpus (by shard, then row) says. */
  readonly repeated: number;
  /** Held-out instances that a training instance of any domain is equal to: what evaluation has seen in training. */
  readonly heldOutInTraining: number;
}

/** Exact duplicates of a corpus. */
export interface Duplicates {
  /** Index = domain number. */
  readonly domains: readonly DomainDuplicates[];
  /** Contents that more than one instance has. */
  readonly groups: number;
  /** The largest groups, the larger first, ties by their first instance; instances of each in corpus order. */
  readonly largest: readonly (readonly Instance[])[];
}

/** How duplicates are looked for. */
export interface DuplicatesOptions {
  /** Groups to list. */
  readonly most: number;
  /** Called after every block with the instances read so far, of all there are to read as far as is known: those read twice
   * count twice. May throw to end the work. */
  readonly onInstances?: (done: number, all: number) => void;
}

/** Instances of equal tokens: their numbers in the corpus, ascending. */
interface Group {
  readonly tokens: Uint8Array;
  readonly ordinals: number[];
}

/** Finds rows of equal tokens: hashes every row in one pass, then reads the blocks with repeated hashes again and compares bytes,
 * so that a collision of hashes makes no duplicate.
 * Memory: 16 bytes an instance, 8 an instance that has a twin, and a row's tokens for each content that more than one has.
 * @throws {SourceError|ShardError} when a shard is missing or damaged. O(bytes of the corpus + N log N). */
export const findDuplicates = async (
  corpus: Pick<Corpus, "manifest" | "scan">,
  index: BlockIndex,
  { most, onInstances = () => {} }: DuplicatesOptions,
): Promise<Duplicates> => {
  const { seqLen, tokenDtype } = corpus.manifest;
  let done = 0;
  let all = index.instances;
  /** Calls `visit` for every row of the blocks, in order, with its number in the corpus. */
  const eachRow = async (
    refs: readonly BlockRef[],
    visit: (ordinal: number, row: Uint8Array) => void,
  ): Promise<void> => {
    let at = 0;
    for await (const block of corpus.scan(refs)) {
      const { shard, firstRow } = refs[at++]!;
      const first = index.ordinalOf(shard, firstRow);
      for (let row = 0; row < block.rows; row++) visit(first + row, block.rowAt(row));
      onInstances((done += block.rows), all);
    }
  };
  const hashes = new Float64Array(index.instances);
  const hashOf = createRowHash(seqLen * tokenBytes(tokenDtype));
  await eachRow(index.blocks, (ordinal, row) => (hashes[ordinal] = hashOf(row)));
  const repeated = repeatedValues(hashes);
  const groups = new Map<number, Group[]>();
  const suspects = index.blocks.filter(({ shard, firstRow, rows }) => {
    const first = index.ordinalOf(shard, firstRow);
    return hashes.subarray(first, first + rows).some((hash) => repeated.has(hash));
  });
  all += suspects.reduce((sum, { rows }) => sum + rows, 0);
  await eachRow(suspects, (ordinal, row) => {
    const hash = hashes[ordinal]!;
    if (!repeated.has(hash)) return;
    const alike = groups.get(hash) ?? [];
    const group = alike.find(({ tokens }) => Buffer.compare(tokens, row) === 0);
    if (group !== undefined) group.ordinals.push(ordinal);
    else groups.set(hash, [...alike, { tokens: row.slice(), ordinals: [ordinal] }]);
  });
  const found = [...groups.values()].flat().filter(({ ordinals }) => ordinals.length > 1);
  return summaryOf(
    found.map(({ ordinals }) => ordinals),
    corpus.manifest,
    index,
    most,
  );
};

/** Values that stand in an array more than once. O(n log n); memory: a copy. */
const repeatedValues = (values: Float64Array): Set<number> => {
  const sorted = values.toSorted();
  const repeated = new Set<number>();
  for (let at = 1; at < sorted.length; at++) if (sorted[at] === sorted[at - 1]) repeated.add(sorted[at]!);
  return repeated;
};

const summaryOf = (
  groups: readonly (readonly number[])[],
  manifest: Manifest,
  index: BlockIndex,
  most: number,
): Duplicates => {
  const domains = manifest.domains.map((_, domain) => ({
    instances: [...index.training[domain]!, ...index.heldOut[domain]!].reduce(
      (sum, { rows }) => sum + rows,
      0,
    ),
    repeated: 0,
    heldOutInTraining: 0,
  }));
  const heldOut = new Set(manifest.heldOut.map(({ shard, block }) => index.numberOf(shard, block)));
  const placeOf = createPlaceOf(manifest, index);
  for (const group of groups) {
    const places = group.map(placeOf);
    const isHeldOut = places.map(({ shard, row }) => heldOut.has(index.numberAt(shard, row)));
    const isInTraining = isHeldOut.includes(false);
    for (const [at, { shard }] of places.entries()) {
      const sums = domains[manifest.shards[shard]!.domain]!;
      if (at > 0) sums.repeated++;
      if (isHeldOut[at] && isInTraining) sums.heldOutInTraining++;
    }
  }
  const largest = smallestOf(
    groups.length,
    most,
    () => true,
    (a, b) => groups[b]!.length - groups[a]!.length || groups[a]![0]! - groups[b]![0]!,
  );
  return { domains, groups: groups.length, largest: largest.map((at) => groups[at]!.map(placeOf)) };
};

/** From a number in the corpus to shard and row; O(log shards). */
const createPlaceOf = (manifest: Manifest, index: BlockIndex): ((ordinal: number) => Instance) => {
  // A shard without rows begins where the next one does: the last shard that begins at or before an ordinal has it.
  const shards = [...manifest.shards.keys()].filter((shard) => manifest.shards[shard]!.rows > 0);
  const firsts = shards.map((shard) => index.ordinalOf(shard, 0));
  return (ordinal) => {
    let low = 0;
    let high = shards.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (firsts[middle]! <= ordinal) low = middle;
      else high = middle - 1;
    }
    return { shard: shards[low]!, row: ordinal - firsts[low]! };
  };
};
