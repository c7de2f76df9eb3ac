/** Two-sided exact tests of counts; no test file, so vitest does not run it. */

const logFactorials = [0];
const logFactorial = (n: number): number => {
  for (let k = logFactorials.length; k <= n; k++) logFactorials[k] = logFactorials[k - 1]! + Math.log(k);
  return logFactorials[n]!;
};

/** P(|X − np| at least as large as |count − np|) for X ~ Binomial(n, p), by summation. */
export const binomialTail = (count: number, n: number, p: number): number => {
  if (p <= 0 || p >= 1) return count === Math.round(n * p) ? 1 : 0;
  const distance = Math.abs(count - n * p) - 1e-9;
  let tail = 0;
  for (let k = 0; k <= n; k++) {
    if (Math.abs(k - n * p) < distance) continue;
    const log = logFactorial(n) - logFactorial(k) - logFactorial(n - k);
    tail += Math.exp(log + k * Math.log(p) + (n - k) * Math.log1p(-p));
  }
  return tail;
};

/** Whether all counts fit their probabilities at level 1e-3 over them all (Bonferroni). */
export const fitsBinomial = (
  counts: readonly { readonly count: number; readonly probability: number }[],
  n: number,
): boolean =>
  counts.every(({ count, probability }) => binomialTail(count, n, probability) >= 1e-3 / counts.length);

/** The 0.9999 quantile of chi-square with d degrees of freedom (Wilson and Hilferty 1931). */
export const chiSquareBound = (degrees: number): number => {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + 3.719 * Math.sqrt(spread)) ** 3;
};
