/** @file Words that several parts of the page share. */
import { exactly, nats } from "../quantities.ts";

/** A number that may be missing: `–` stands for none. */
export const orDash = (value: number | null | undefined, words: (value: number) => string = nats): string =>
  value === null || value === undefined || !Number.isFinite(value) ? "–" : words(value);

/** Which way a number went: `falls from 7.644 to 4.600`. */
export const wentFrom = (
  first: number | undefined,
  last: number | undefined,
  words: (value: number) => string = nats,
): string => {
  if (first === undefined || last === undefined) return "has no values";
  const [from, to] = [words(first), words(last)];
  if (from === to) return `stays at ${to}`;
  return `${last < first ? "falls" : "rises"} from ${from} to ${to}`;
};

/** `240 points, each the mean of 5 steps` */
export const thinningWords = (steps: number, stepsPerBucket: number): string =>
  stepsPerBucket === 1
    ? "one point a step"
    : `${Math.floor(steps / stepsPerBucket) + 1} points, each of ${exactly(stepsPerBucket)} consecutive steps`;

/** Writes numbers with so many digits behind the point, and no zero with a minus. */
export const fixed =
  (digits: number) =>
  (value: number): string =>
    value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1");

/** `1 step`, `5 steps`. */
export const plural = (value: number, noun: string): string =>
  `${exactly(value)} ${noun}${value === 1 ? "" : "s"}`;
