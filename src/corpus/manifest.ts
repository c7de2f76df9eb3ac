/** @file The manifest: what a corpus consists of, as JSON beside the shards, and its fingerprint. */
import { createHash } from "node:crypto";

/** How a token is stored: little-endian, unsigned. */
export type TokenDtype = "uint16" | "uint32";

/** Bytes a token takes. */
export const tokenBytes = (dtype: TokenDtype): 2 | 4 => (dtype === "uint16" ? 2 : 4);

/** The tokenizer that made the tokens. */
export interface ManifestTokenizer {
  /** `ordinals`: there is no text, tokens are the words of an instance's ordinal; never in a file. */
  readonly kind: "bpe" | "bytes" | "ordinals";
  readonly name: string;
  /** SHA-256 of its file, hexadecimal. */
  readonly hash: string;
  /** Tokens are in [0, vocabSize). */
  readonly vocabSize: number;
  /** Its file, relative to the manifest. */
  readonly uri: string;
  /** The token that closes a document. */
  readonly endOfText: number;
}

/** Where instances come from; its index in {@link Manifest.domains} is the domain number. */
export interface ManifestDomain {
  readonly name: string;
  readonly documents: number;
  /** Tokens in training rows. */
  readonly tokens: number;
  /** Text bytes (UTF-8) that became the training tokens. */
  readonly bytes: number;
  readonly heldOutTokens: number;
  /** Text bytes (UTF-8) that became the held-out tokens: what bits per byte divides by. */
  readonly heldOutBytes: number;
}

/** Rows of a block, and the CRC-32 (zlib) of its tokens as little-endian rows in order; null when not known. */
export interface ManifestBlock {
  readonly rows: number;
  readonly crc32: number | null;
}

/** One shard; its index in {@link Manifest.shards} is the shard number. */
export interface ManifestShard {
  /** Relative to the manifest. Not part of the fingerprint: a moved corpus is the same corpus. */
  readonly uri: string;
  /** Domain number. */
  readonly domain: number;
  readonly rows: number;
  /** Length of the file. */
  readonly bytes: number;
  /** SHA-256, hexadecimal, of the Parquet footer or of the Arrow message headers. */
  readonly footerHash: string;
  /** In row order. */
  readonly blocks: readonly ManifestBlock[];
}

/** A block named by its shard and its number in the shard. */
export interface HeldOutBlock {
  readonly shard: number;
  readonly block: number;
}

/** A corpus, described. */
export interface Manifest {
  readonly formatVersion: 1;
  /** L, tokens a row. */
  readonly seqLen: number;
  readonly tokenDtype: TokenDtype;
  readonly tokenizer: ManifestTokenizer;
  /** Token bytes at which a row group is cut into several blocks: it fixes what a block is. */
  readonly maxBlockBytes: number;
  readonly domains: readonly ManifestDomain[];
  readonly shards: readonly ManifestShard[];
  /** Blocks kept from training, for evaluation; ordered by shard, then block. */
  readonly heldOut: readonly HeldOutBlock[];
  /** Fingerprint of the corpus that this one appends to. */
  readonly parent?: string;
  /** SHA-256, hexadecimal, over all of the above but the uris. */
  readonly fingerprint: string;
}

/** A manifest without what {@link createManifest} adds. */
export type ManifestParts = Omit<Manifest, "formatVersion" | "fingerprint">;

/** SHA-256, hexadecimal, over everything a run can depend on: all but uris and the fingerprint itself. The order of keys does not count. */
export const fingerprintOf = (manifest: ManifestParts): string => {
  const { seqLen, tokenDtype, tokenizer, maxBlockBytes, domains, shards, heldOut, parent } = manifest;
  const facts = [
    1,
    seqLen,
    tokenDtype,
    [tokenizer.kind, tokenizer.name, tokenizer.hash, tokenizer.vocabSize, tokenizer.endOfText],
    maxBlockBytes,
    domains.map((d) => [d.name, d.documents, d.tokens, d.bytes, d.heldOutTokens, d.heldOutBytes]),
    shards.map((s) => [s.domain, s.rows, s.bytes, s.footerHash, s.blocks.map((b) => [b.rows, b.crc32])]),
    heldOut.map((h) => [h.shard, h.block]),
    parent ?? null,
  ];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
};

/** A manifest of its parts: keys in order, held-out blocks sorted, version and fingerprint added. O(blocks). */
export const createManifest = ({ parent, ...parts }: ManifestParts): Manifest => {
  const { seqLen, tokenDtype, tokenizer, maxBlockBytes, domains, shards } = parts;
  const heldOut = parts.heldOut.toSorted((a, b) => a.shard - b.shard || a.block - b.block);
  const ordered = {
    seqLen,
    tokenDtype,
    tokenizer,
    maxBlockBytes,
    domains,
    shards,
    heldOut,
    ...(parent && { parent }),
  };
  return { formatVersion: 1, ...ordered, fingerprint: fingerprintOf(ordered) };
};
