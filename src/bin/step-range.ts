/** @file Options that name steps of a run. */
import { InvalidArgumentError } from "commander";

import type { StepRange } from "../study/export/table-source.ts";

/** Steps `A:B`, both included; `A:` and `:B` leave an end open.
 * @throws {InvalidArgumentError} for any other text */
export const stepRange = (text: string): Partial<StepRange> => {
  const match = /^(\d*):(\d*)$/.exec(text);
  if (match === null || text === ":") throw new InvalidArgumentError("must be A:B, A: or :B, e.g. 100:200");
  const [, first, last] = match;
  return { ...(first && { first: Number(first) }), ...(last && { last: Number(last) }) };
};
