/** @file What a manifest must look like, and which of its numbers must agree. */
import { z } from "zod";

import type { Manifest } from "./manifest.ts";

const count = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits");
const name = z.string().min(1);

const schema: z.ZodType<Manifest> = z.object({
  formatVersion: z.literal(1),
  seqLen: z
    .int()
    .min(2)
    .max(2 ** 24),
  tokenDtype: z.enum(["uint16", "uint32"]),
  tokenizer: z.object({
    kind: z.enum(["bpe", "bytes"]),
    name,
    hash,
    vocabSize: z
      .int()
      .min(1)
      .max(2 ** 32),
    uri: name,
    endOfText: count,
  }),
  maxBlockBytes: z
    .int()
    .min(1)
    .max(2 ** 30),
  domains: z
    .array(
      z.object({
        name,
        documents: count,
        tokens: count,
        bytes: count,
        heldOutTokens: count,
        heldOutBytes: count,
      }),
    )
    .min(1)
    .max(2 ** 16),
  shards: z
    .array(
      z.object({
        uri: name,
        domain: count,
        rows: z
          .int()
          .min(1)
          .max(2 ** 32 - 1),
        bytes: z.int().min(1),
        footerHash: hash,
        blocks: z
          .array(
            z.object({
              rows: z.int().min(1),
              crc32: z
                .int()
                .min(0)
                .max(2 ** 32 - 1)
                .nullable(),
            }),
          )
          .min(1),
      }),
    )
    .min(1)
    .max(2 ** 32 - 1),
  heldOut: z.array(z.object({ shard: count, block: count })),
  parent: hash.exactOptional(),
  fingerprint: hash,
});

/** A value as a manifest, or the first thing wrong with it, as `path: message`.
 * Checks shape and bounds, then that block rows sum to shard rows, domain numbers exist, names and held-out blocks occur once and in order. O(blocks). */
export const parseManifest = (value: unknown): { manifest: Manifest } | { problem: string } => {
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    return { problem: `${issue.path.join(".") || "the whole"}: ${issue.message}` };
  }
  const problem = disagreement(result.data);
  return problem === undefined ? { manifest: result.data } : { problem };
};

const disagreement = ({ shards, domains, heldOut, tokenizer }: Manifest): string | undefined => {
  if (tokenizer.endOfText >= tokenizer.vocabSize)
    return `tokenizer.endOfText: must be below vocabSize ${tokenizer.vocabSize}, got ${tokenizer.endOfText}`;
  if (new Set(domains.map((domain) => domain.name)).size < domains.length)
    return "domains: every name must occur once";
  for (const [number, { domain, rows, blocks }] of shards.entries()) {
    const sum = blocks.reduce((total, block) => total + block.rows, 0);
    if (sum !== rows) return `shards.${number}.rows: must be the sum over blocks ${sum}, got ${rows}`;
    if (domain >= domains.length)
      return `shards.${number}.domain: must be below ${domains.length}, got ${domain}`;
  }
  for (const [index, { shard, block }] of heldOut.entries()) {
    const before = heldOut[index - 1];
    if (shards[shard]?.blocks[block] === undefined)
      return `heldOut.${index}: shard ${shard} must have a block ${block}`;
    if (before && (before.shard > shard || (before.shard === shard && before.block >= block)))
      return `heldOut.${index}: must be in order of shard and block, each once`;
  }
  return undefined;
};
