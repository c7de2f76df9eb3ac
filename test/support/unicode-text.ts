/** @file Arbitrary text over all of Unicode. */
import * as fc from "fast-check";

/** Texts of any characters, surrogates aside. Far quicker to make than fast-check's own `binary` strings. */
export const unicodeText = (constraints: {
  readonly minLength?: number;
  readonly maxLength: number;
}): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.nat(0x7f), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff })), constraints)
    .map((points) => String.fromCodePoint(...points));
