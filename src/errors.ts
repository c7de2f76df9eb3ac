/** @file Everything that can go wrong, one class per thing a caller can do about it. Texts are composed here from facts. */

/** Where and what of an error, as plain data: crosses a worker's boundary and is what a caller may branch on. */
export interface ErrorFacts {
  /** What to do about it, one sentence. */
  readonly hint?: string;
  /** Dotted path of a configuration key, e.g. `training.batchSize`. */
  readonly keyPath?: string;
  /** A file, with `line` (1-based) or `offset` (bytes) inside it where known. */
  readonly path?: string;
  readonly line?: number;
  readonly offset?: number;
  /** A byte source's address. */
  readonly uri?: string;
  readonly status?: number;
  readonly retryable?: boolean;
  /** Place inside a shard. */
  readonly block?: number;
  readonly row?: number;
  /** Failed operation and the system's error name, e.g. `write`, `ENOSPC`. */
  readonly operation?: string;
  readonly errno?: string;
  readonly step?: number;
}

export type ErrorCode =
  | "CW_CONFIG"
  | "CW_SOURCE"
  | "CW_SHARD"
  | "CW_LEDGER"
  | "CW_STORAGE"
  | "CW_SAMPLER"
  | "CW_ENGINE"
  | "CW_INTERRUPTED";

const placeOf = (facts: ErrorFacts): string => {
  const places = [
    facts.keyPath,
    facts.path === undefined ? facts.uri : facts.path + (facts.line === undefined ? "" : `:${facts.line}`),
    facts.offset === undefined ? undefined : `offset ${facts.offset}`,
    facts.block === undefined ? undefined : `block ${facts.block}`,
    facts.row === undefined ? undefined : `row ${facts.row}`,
    facts.status === undefined ? undefined : `status ${facts.status}`,
    facts.operation,
    facts.errno,
    facts.step === undefined ? undefined : `step ${facts.step}`,
  ].filter((place) => place !== undefined);
  return places.length === 0 ? "" : ` (${places.join(", ")})`;
};

/** The rule's wording, `<subject> must be <rule>, got <value>`; the place is added by the error's class. */
export const mustBe = (subject: string, rule: string, got: unknown): string =>
  `${subject} must be ${rule}, got ${typeof got === "string" ? `"${got}"` : String(got)}`;

/** Base of every error this package throws on purpose. Anything else that escapes is a bug of ours. */
export class CounterweightError extends Error {
  override readonly name: string = "CounterweightError";
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;
  /** The statement without its place. */
  readonly problem: string;

  constructor(code: ErrorCode, problem: string, facts: ErrorFacts = {}, cause?: unknown) {
    super(problem + placeOf(facts), cause === undefined ? undefined : { cause });
    this.code = code;
    this.problem = problem;
    this.facts = facts;
  }

  /** What the user can do about it. */
  get hint(): string | undefined {
    return this.facts.hint;
  }
}

/** A configuration the user must edit: wrong key, wrong value, or a file that is not there. Exit code 2. */
export class ConfigError extends CounterweightError {
  override readonly name = "ConfigError" as const;
  constructor(problem: string, facts: ErrorFacts = {}, cause?: unknown) {
    super("CW_CONFIG", problem, facts, cause);
  }
}

/** Bytes that could not be had from where they live; `facts.retryable` says whether trying again can help. Exit code 3. */
export class SourceError extends CounterweightError {
  override readonly name = "SourceError" as const;
  constructor(problem: string, facts: ErrorFacts = {}, cause?: unknown) {
    super("CW_SOURCE", problem, facts, cause);
  }
}

/** Bytes that were had and are not what they should be: damaged, altered or unsupported shards. Exit code 3. */
export class ShardError extends CounterweightError {
  override readonly name = "ShardError" as const;
  constructor(problem: string, facts: ErrorFacts = {}, cause?: unknown) {
    super("CW_SHARD", problem, facts, cause);
  }
}

/** A ledger or checkpoint that cannot be trusted or does not belong here; nothing was cut. Exit code 4. */
export class LedgerError extends CounterweightError {
  override readonly name = "LedgerError" as const;
  constructor(problem: string, facts: ErrorFacts = {}, cause?: unknown) {
    super("CW_LEDGER", problem, facts, cause);
  }
}

/** The disk refused: full, read-only, no permission. What was acknowledged before is safe. Exit code 6. */
export class StorageError extends CounterweightError {
  override readonly name = "StorageError" as const;
  constructor(problem: string, facts: ErrorFacts = {}, cause?: unknown) {
    super("CW_STORAGE", problem, facts, cause);
  }
}

/** Numbers or reports that break the loop's contract: impossible scores, losses for rows never drawn. Exit code 2. */
export class SamplerError extends CounterweightError {
  override readonly name = "SamplerError" as const;
  constructor(problem: string, facts: ErrorFacts = {}, cause?: unknown) {
    super("CW_SAMPLER", problem, facts, cause);
  }
}

/** The trainer's engine is missing, failed, or produced a loss that is not a number. Exit code 5. */
export class EngineError extends CounterweightError {
  override readonly name = "EngineError" as const;
  constructor(problem: string, facts: ErrorFacts = {}, cause?: unknown) {
    super("CW_ENGINE", problem, facts, cause);
  }
}

const classes = {
  CW_CONFIG: ConfigError,
  CW_SOURCE: SourceError,
  CW_SHARD: ShardError,
  CW_LEDGER: LedgerError,
  CW_STORAGE: StorageError,
  CW_SAMPLER: SamplerError,
  CW_ENGINE: EngineError,
} as const;

/** An error as it crosses a worker's boundary. */
export interface ErrorMessage {
  readonly code: ErrorCode | "bug";
  readonly problem: string;
  readonly facts: ErrorFacts;
  readonly stack?: string;
}

/** Plain data of any thrown value, for `postMessage`. */
export const toErrorMessage = (thrown: unknown): ErrorMessage => {
  if (thrown instanceof CounterweightError)
    return { code: thrown.code, problem: thrown.problem, facts: thrown.facts };
  const error = thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
  return { code: "bug", problem: error.message, facts: {}, ...(error.stack && { stack: error.stack }) };
};

/** The error that {@link toErrorMessage} described, of the same class; a bug comes back as a plain Error with the far stack. */
export const fromErrorMessage = (message: ErrorMessage): Error => {
  if (message.code !== "bug" && message.code !== "CW_INTERRUPTED")
    return new classes[message.code](message.problem, message.facts);
  const error = new Error(message.problem);
  if (message.stack) error.stack = message.stack;
  return error;
};

/** Process exit code of a thrown value: 2 config and sampler, 3 source or shard, 4 ledger, 5 engine, 6 storage, 130 interrupted, 1 bug. */
export const exitCodeOf = (thrown: unknown): number => {
  if (!(thrown instanceof CounterweightError)) return 1;
  return {
    CW_CONFIG: 2,
    CW_SAMPLER: 2,
    CW_SOURCE: 3,
    CW_SHARD: 3,
    CW_LEDGER: 4,
    CW_ENGINE: 5,
    CW_STORAGE: 6,
    CW_INTERRUPTED: 130,
  }[thrown.code];
};
