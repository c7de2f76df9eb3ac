/** @file What a model costs on held-out rows, domain by domain, beside what knowing token frequencies alone would cost. */
import type { Tokens, Trainer } from "./trainer.ts";

/** Held-out rows of one domain. */
export interface HeldOutTokens {
  /** Number of the domain. */
  readonly domain: number;
  /** Shape [rows, L]. */
  readonly tokens: Tokens;
  readonly rows: number;
}

/** What evaluation needs to know of the corpus; a manifest has it. */
export interface HeldOutCorpus {
  readonly seqLen: number;
  /** By domain number; tokens and bytes of all its held-out text. */
  readonly domains: readonly {
    readonly name: string;
    readonly heldOutTokens: number;
    readonly heldOutBytes: number;
  }[];
}

/** What a loss means for text. */
export interface TextResult {
  /** e^loss. */
  readonly perplexity: number;
  /** Bits the model needs for a byte of text: loss / ln 2 · tokens / bytes, comparable between tokenizers. */
  readonly bitsPerByte: number;
  /** Entropy of the same tokens' frequencies, nats per token: what a model without context could reach. */
  readonly unigramEntropy: number;
}

/** Result of one domain; a domain without bytes of text, like a synthetic one, has no more than rows and loss. */
export interface HeldOutResult extends Partial<TextResult> {
  readonly rows: number;
  /** Mean over rows: nats per token, or half the squared error of a regression. */
  readonly loss: number;
}

/** Results of one step, by domain name. */
export interface Evaluation {
  readonly step: number;
  readonly heldOut: Readonly<Record<string, HeldOutResult>>;
}

/** −Σ p·ln p over the frequencies p of tokens, nats per token; 0 for none. O(tokens). */
export const unigramEntropy = (tokens: Tokens): number => {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) {
    const share = count / tokens.length;
    entropy -= share * Math.log(share);
  }
  return entropy;
};

/** Tokens that a row's loss is the mean of: all but each row's first. */
const targetsOf = ({ tokens, rows }: HeldOutTokens, seqLen: number): Tokens => {
  const targets = new Uint32Array(rows * (seqLen - 1));
  for (let row = 0; row < rows; row++)
    targets.set(tokens.subarray(row * seqLen + 1, (row + 1) * seqLen), row * (seqLen - 1));
  return targets;
};

/** Result of one domain from the losses of its rows. */
export const resultOf = (
  losses: Float32Array,
  heldOut: HeldOutTokens,
  { seqLen, domains }: HeldOutCorpus,
): HeldOutResult => {
  const { heldOutTokens, heldOutBytes } = domains[heldOut.domain]!;
  const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
  if (heldOutBytes === 0) return { rows: losses.length, loss };
  return {
    rows: losses.length,
    loss,
    perplexity: Math.exp(loss),
    bitsPerByte: ((loss / Math.LN2) * heldOutTokens) / heldOutBytes,
    unigramEntropy: unigramEntropy(targetsOf(heldOut, seqLen)),
  };
};

/** Scores held-out rows; domains without any are left out. @returns results by domain name, in domain order */
export const evaluate = async (
  score: NonNullable<Trainer["score"]>,
  heldOut: readonly HeldOutTokens[],
  corpus: HeldOutCorpus,
): Promise<Record<string, HeldOutResult>> => {
  const results: Record<string, HeldOutResult> = {};
  for (const rows of heldOut)
    if (rows.rows > 0)
      results[corpus.domains[rows.domain]!.name] = resultOf(
        await score(rows.tokens, rows.rows),
        rows,
        corpus,
      );
  return results;
};
