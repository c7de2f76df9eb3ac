/** @file An instance as a person names it: `3:17`, or `train/novel-00000:17`. */
import type { Manifest } from "../../corpus/manifest.ts";
import { ConfigError, mustBe } from "../../errors.ts";

/** A row of a shard. */
export interface Instance {
  readonly shard: number;
  readonly row: number;
}

/** Shard and row that `SHARD:ROW` names: the shard by its number, or by its path in the manifest, of which the end will do
 * where no other shard ends so; the file's extension may be left out.
 * @throws {ConfigError} for a shard or row that the corpus does not have, and for a name of several shards. O(shards). */
export const parseInstance = (name: string, manifest: Manifest): Instance => {
  const [, shardName, digits] = /^(.+):(\d+)$/s.exec(name) ?? [];
  if (shardName === undefined || digits === undefined)
    throw new ConfigError(mustBe("an instance", "SHARD:ROW, e.g. 0:17", name));
  const shard = shardOf(shardName, manifest);
  const row = Number(digits);
  const { rows, uri } = manifest.shards[shard]!;
  if (row >= rows)
    throw new ConfigError(mustBe("row", `in 0 … ${rows - 1}, those of its shard`, row), { uri });
  return { shard, row };
};

const shardOf = (name: string, { shards }: Manifest): number => {
  if (/^\d+$/.test(name)) {
    if (Number(name) < shards.length) return Number(name);
    throw new ConfigError(mustBe("shard", `in 0 … ${shards.length - 1}, those of the corpus`, Number(name)));
  }
  const spellings = shards.map(({ uri }) => [uri, uri.replace(/\.\w+$/, "")]);
  const exact = spellings.findIndex((paths) => paths.includes(name));
  if (exact >= 0) return exact;
  const endsSo = (shard: number): boolean => spellings[shard]!.some((path) => path.endsWith(`/${name}`));
  const found = [...shards.keys()].filter(endsSo);
  if (found.length === 1) return found[0]!;
  const some = (found.length === 0 ? [...shards.keys()] : found).slice(0, 5);
  throw new ConfigError(
    mustBe("shard", found.length === 0 ? "one of the corpus'" : "the name of one", name),
    {
      hint: `for example ${some.map((shard) => `${shards[shard]!.uri} (number ${shard})`).join(", ")}`,
    },
  );
};
