/** @file Contenders in turn, round after round, and what the rounds come to: ratios are taken within a round, so that what disturbs the machine disturbs both. */

const quantile = (values, share) => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))];
};

/** Median, quartiles and range in words. */
export const spread = (values, digits = 1) => {
  const text = (share) => quantile(values, share).toFixed(digits);
  return `${text(0.5)} (quartiles ${text(0.25)} and ${text(0.75)}, ${text(0)} to ${text(1)})`;
};

/** Rates of every contender in every round, after one that warms up. Every second round goes the other way round.
 * @param contenders name → a function that does the work once and gives its rate */
export const rotate = async (contenders, rounds) => {
  const rates = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    const order = Object.entries(contenders);
    for (const [name, run] of round % 2 === 0 ? order : order.toReversed()) {
      const rate = await run();
      if (round > 0) rates[name].push(rate);
    }
  }
  return rates;
};

/** Prints every contender's rates, and ours beside each of the others.
 * @param ratios [numerator, denominator, what must be reached] by contender */
export const printRates = (unit, rates, ratios) => {
  for (const [name, values] of Object.entries(rates)) console.log(`  ${name}: ${spread(values)} ${unit}`);
  for (const [ours, theirs, wanted] of ratios) {
    const pairs = rates[ours].map((rate, round) => rate / rates[theirs][round]);
    console.log(
      `  ${ours} / ${theirs}: ${spread(pairs, 2)}${wanted === undefined ? "" : `, wanted ${wanted}`}`,
    );
  }
};
