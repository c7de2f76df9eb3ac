/** @file What DuckDB throws, as errors of ours. */
import { ConfigError, CounterweightError, StorageError } from "../../errors.ts";

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /^Permission Error|^Invalid Input Error: Cannot change configuration/,
    "SQL here reads the run and no files; --allow-files lets it read and write them",
  ],
  [
    /^Catalog Error: Table/,
    "the views are observations, steps, instances and shards; --schema lists their columns",
  ],
  [/^Binder Error: Referenced column/, "--schema lists the columns of every view"],
  [
    /^Out of Memory Error/,
    "ask for fewer rows or groups at once, or export the run and use a DuckDB of your own",
  ],
];

/** An error of SQL: a mistake of the user's, with DuckDB's own words and the place it names, unless it tells of a disk that is full
 * or of an interruption. Whatever else was thrown comes back as it is. */
export const sqlError = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof CounterweightError) return error;
  const message = error.message.replace(/^Failed to extract statements: /, "");
  // "INTERNAL Error" and "FATAL Error" are DuckDB's own faults, and what is no "… Error: …" is not of DuckDB.
  if (!/^[\w ]+ Error: /.test(message) || /^(INTERNAL|FATAL) Error/.test(message)) return error;
  if (message.startsWith("INTERRUPT Error"))
    return new CounterweightError("CW_INTERRUPTED", "the query was stopped", {
      hint: "nothing was changed; start it again",
    });
  if (message.includes("No space left on device"))
    return new StorageError(
      "cannot write what the query has no memory for",
      { operation: "write", errno: "ENOSPC", hint: "free some space where temporary files lie (TMPDIR)" },
      error,
    );
  const hint = hints.find(([pattern]) => pattern.test(message))?.[1];
  return new ConfigError(message.trimEnd(), hint === undefined ? {} : { hint }, error);
};
