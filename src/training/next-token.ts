/** @file Draws the next token from a model's logits. */

/** How freely tokens are drawn. */
export interface Freedom {
  /** Logits are divided by it; 0 always takes the likeliest token, the first of equals. */
  readonly temperature: number;
  /** Only that many likeliest tokens can be drawn, of equals the first; null for all. */
  readonly topK: number | null;
}

/** The likeliest `count` tokens, by falling logit, of equals the first. O(V log V). */
const likeliest = (logits: Float32Array, count: number): Uint32Array => {
  const tokens = Uint32Array.from(logits.keys());
  return tokens.toSorted((a, b) => logits[b]! - logits[a]! || a - b).subarray(0, count);
};

/**
 * Token where the cumulated softmax(logits / temperature) over the admitted tokens passes `unit`.
 * @param logits shape [V]
 * @param unit   uniform in [0, 1)
 * @returns a token in [0, V). O(V), with topK O(V log V).
 */
export const nextToken = (logits: Float32Array, { temperature, topK }: Freedom, unit: number): number => {
  const order = topK === null || topK >= logits.length ? undefined : likeliest(logits, topK);
  const largest = logits.reduce((max, logit) => Math.max(max, logit), -Infinity);
  if (temperature === 0) return logits.indexOf(largest);
  const tokenAt = (place: number): number => (order === undefined ? place : order[place]!);
  const odds = Float64Array.from({ length: order?.length ?? logits.length }, (_, place) =>
    Math.exp((logits[tokenAt(place)]! - largest) / temperature),
  );
  let left = unit * odds.reduce((sum, odd) => sum + odd, 0);
  for (let place = 0; place < odds.length; place++) {
    left -= odds[place]!;
    if (left < 0) return tokenAt(place);
  }
  return logits.indexOf(largest); // rounding left a remainder after the last one
};
