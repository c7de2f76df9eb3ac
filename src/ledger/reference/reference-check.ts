/** @file Whether a ledger goes on over the corpus and with the reference that it was opened with. */
import { ConfigError } from "../../errors.ts";
import type { History, LedgerOrigin, LedgerPosition } from "../journal/history.ts";

/** Whether two places are one. */
export const samePlace = (a: LedgerPosition | null, b: LedgerPosition | null): boolean =>
  a?.branch === b?.branch && a?.step === b?.step && a?.crc === b?.crc;

/** Whether two ledgers are over one corpus and compared with one state of one reference. */
export const sameOrigin = (a: LedgerOrigin, b: LedgerOrigin): boolean =>
  a.corpus === b.corpus && samePlace(a.reference, b.reference);

/** A place in words: `step 40 of branch 0, checksum 12345`. */
export const wordsOf = (place: LedgerPosition | null): string =>
  place === null ? "none" : `step ${place.step} of branch ${place.branch}, checksum ${place.crc}`;

/** Checks that a ledger goes on from `position` with the reference that its journal names there.
 * @throws {ConfigError} where that was another reference, another state of it, or none */
export const checkReference = (
  history: History,
  position: LedgerPosition | null,
  { reference }: LedgerOrigin,
): void => {
  if (position === null) return;
  const { reference: before } = history.originOf(position.branch);
  if (samePlace(before, reference)) return;
  throw new ConfigError(
    `ledger.reference must stay as it was, ${wordsOf(before)}, got ${wordsOf(reference)}`,
    {
      keyPath: "ledger.reference",
      hint: "set it back; for another reference, start a new run",
    },
  );
};
