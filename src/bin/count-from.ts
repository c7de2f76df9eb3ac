/** @file Options that are counts. */
import { InvalidArgumentError } from "commander";

/** A whole number of at least `least`, from an option's text.
 * @throws {InvalidArgumentError} for any other text */
export const countFrom =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`must be a whole number of at least ${least}`);
    return value;
  };
