/** @file What instances say: their tokens, and their text where the corpus has its tokenizer beside it. */
import { dirname, join } from "node:path";

import { openCorpusOf } from "../../corpus/open-corpus-of.ts";
import { type Tokenizer, loadTokenizer } from "../../corpus/tokenizer/tokenizer.ts";
import { ConfigError, mustBe } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { createTokens } from "../../training/trainer.ts";
import type { Instance } from "./instance-name.ts";
import type { RecordedRun } from "./recorded-run.ts";

/** One instance's content. */
export interface InstanceText {
  /** Shape [L]. */
  readonly tokens: readonly number[];
  /** Null where there is no tokenizer to decode them with. */
  readonly text: string | null;
}

/** Reads and decodes instances, in the order asked.
 * @throws {SourceError|ShardError} when a shard is missing or altered
 * @throws {ConfigError} when the tokenizer there is not the one that made the tokens. O(blocks touched). */
export const textsOf = async (
  files: Files,
  run: RecordedRun,
  instances: readonly Instance[],
): Promise<InstanceText[]> => {
  const { seqLen, tokenDtype } = run.manifest;
  const tokenizer = await tokenizerOf(files, run);
  const tokens = createTokens(tokenDtype, instances.length * seqLen);
  const corpus = await openCorpusOf(run.config.corpus);
  try {
    await corpus.gather(
      Uint32Array.from(instances, ({ shard }) => shard),
      Uint32Array.from(instances, ({ row }) => row),
      tokens,
    );
  } finally {
    await corpus.close();
  }
  return instances.map((_, at) => {
    const own = tokens.subarray(at * seqLen, (at + 1) * seqLen);
    return { tokens: Array.from(own), text: tokenizer === null ? null : tokenizer.decode(own) };
  });
};

/** The corpus' tokenizer; null where it has no text or its file is not there. */
const tokenizerOf = async (files: Files, { config, manifest }: RecordedRun): Promise<Tokenizer | null> => {
  const { kind, uri, hash } = manifest.tokenizer;
  if (kind === "ordinals" || config.corpus.kind !== "shards") return null;
  const path = join(dirname(config.corpus.manifest), uri);
  if (!(await files.exists(path))) return null;
  const tokenizer = await loadTokenizer(path, files);
  if (tokenizer.hash === hash) return tokenizer;
  throw new ConfigError(
    mustBe(
      "the tokenizer",
      `the one that made the tokens, ${hash.slice(0, 12)}`,
      tokenizer.hash.slice(0, 12),
    ),
    {
      path,
      hint: "put the corpus' own tokenizer back, or remove this file to see tokens",
    },
  );
};
