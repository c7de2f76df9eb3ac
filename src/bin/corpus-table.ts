/** @file A corpus as a table: what `prepare` and `inspect` show. */
import type { Manifest } from "../corpus/manifest.ts";
import { count } from "./progress-line.ts";
import { textTable } from "./text-table.ts";

/** Domains of a corpus with their documents, rows, blocks, tokens and bytes, and how it was tokenised. */
export const corpusTable = (manifest: Manifest): string => {
  const isHeldOut = new Set(manifest.heldOut.map(({ shard, block }) => `${shard}:${block}`));
  const rowsOf = (domain: number, heldOut: boolean): { rows: number; blocks: number } => {
    let rows = 0;
    let blocks = 0;
    for (const [shard, entry] of manifest.shards.entries())
      for (const [block, { rows: inBlock }] of entry.blocks.entries())
        if (entry.domain === domain && isHeldOut.has(`${shard}:${block}`) === heldOut) {
          rows += inBlock;
          blocks++;
        }
    return { rows, blocks };
  };
  const table = textTable([
    ["domain", "documents", "rows", "blocks", "tokens", "bytes/token", "held-out rows"],
    ...manifest.domains.map(({ name, documents, tokens, bytes }, domain) => {
      const { rows, blocks } = rowsOf(domain, false);
      return [
        name,
        String(documents),
        String(rows),
        String(blocks),
        count(tokens),
        (bytes / tokens).toFixed(2),
        String(rowsOf(domain, true).rows),
      ];
    }),
  ]);
  const { tokenizer, seqLen, tokenDtype, fingerprint } = manifest;
  return `${table}rows of ${seqLen} tokens, ${tokenDtype}; ${tokenizer.kind} vocabulary of ${tokenizer.vocabSize}; fingerprint ${fingerprint.slice(0, 12)}\n`;
};
