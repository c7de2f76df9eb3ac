/** @file The manifest of finished parts. */
import { ConfigError, mustBe } from "../../errors.ts";
import {
  type HeldOutBlock,
  type Manifest,
  type ManifestDomain,
  type ManifestShard,
  createManifest,
  tokenBytes,
} from "../manifest.ts";
import type { DatasetSource } from "./dataset-file.ts";
import type { PartRecord, ShardRecord } from "./part-record.ts";
import type { Part } from "./plan.ts";
import { type Surveyed, tokenizerName } from "./survey-record.ts";

const isShard = (record: ShardRecord | null | undefined): record is ShardRecord => record != null;

const sum = (records: readonly ShardRecord[], of: (record: ShardRecord) => number): number =>
  records.reduce((total, record) => total + of(record), 0);

const manifestShard = (
  { uri, rows, bytes, footerHash, blocks }: ShardRecord,
  domain: number,
): ManifestShard => ({
  uri,
  domain,
  rows,
  bytes,
  footerHash,
  blocks,
});

/** Shards in the order of domains, of each the training ones first; every block of a held-out shard is held out. O(blocks).
 * @throws {ConfigError} when a domain has no whole row to train on, or none to hold out */
export const assembleManifest = (
  source: DatasetSource,
  { survey, tokenizer }: Surveyed,
  parts: readonly Part[],
  finished: ReadonlyMap<Part, PartRecord>,
): Manifest => {
  const { dataset } = source;
  const { seqLen } = dataset;
  const domains: ManifestDomain[] = [];
  const shards: ManifestShard[] = [];
  const heldOut: HeldOutBlock[] = [];
  for (const [domain, name] of Object.keys(dataset.domains).entries()) {
    const records = parts.filter((part) => part.domain === domain).map((part) => finished.get(part));
    const training = records.map((record) => record?.training).filter(isShard);
    const evaluated = records.map((record) => record?.heldOut).filter(isShard);
    for (const [kind, found] of [["training", training] as const, ["held-out", evaluated] as const])
      if (found.length === 0)
        throw new ConfigError(
          mustBe(`${kind} text of domain ${name}`, `at least a row of ${seqLen} tokens`, "less"),
          {
            ...source.placeOf(["domains", name]),
            hint: "add texts, change heldOut, or make seqLen smaller",
          },
        );
    shards.push(...training.map((record) => manifestShard(record, domain)));
    for (const record of evaluated) {
      const shard = shards.push(manifestShard(record, domain)) - 1;
      heldOut.push(...record.blocks.map((_, block) => ({ shard, block })));
    }
    domains.push({
      name,
      documents: survey.domains[domain]!.documents,
      tokens: sum(training, ({ rows }) => rows) * seqLen,
      bytes: sum(training, ({ textBytes }) => textBytes),
      heldOutTokens: sum(evaluated, ({ rows }) => rows) * seqLen,
      heldOutBytes: sum(evaluated, ({ textBytes }) => textBytes),
    });
  }
  const { kind, hash, vocabSize, endOfText } = tokenizer;
  const tokenDtype = vocabSize <= 2 ** 16 ? "uint16" : "uint32";
  return createManifest({
    seqLen,
    tokenDtype,
    tokenizer: { kind, name: dataset.name, hash, vocabSize, uri: tokenizerName, endOfText },
    maxBlockBytes: Math.max(dataset.blockBytes, seqLen * tokenBytes(tokenDtype)),
    domains,
    shards,
    heldOut,
  });
};
