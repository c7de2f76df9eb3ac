/** @file The configuration of a question: a run's own, with another weighing or sampler. */
import { readConfig } from "../../config/config.ts";
import type { Config } from "../../config/schema.ts";
import { ConfigError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { placesOf } from "../../run-folder.ts";
import type { RecordedRun } from "../replay/recorded-run.ts";

/** A configuration and which choices it changes. */
export interface Question {
  readonly config: Config;
  /** Whether other rows may be drawn; else the recorded batches are weighed anew. */
  readonly drawsAnew: boolean;
}

/** What a replay can vary: it decides draws and weights alone. */
const variable = ["seed", "sampler", "weighing", "ledger"] as const;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Applies `key.path=value` overrides to a run's configuration.
 * @throws {ConfigError} when none is given, one is wrong, or one changes what a replay of recorded losses cannot vary */
export const readQuestion = async (
  files: Files,
  run: RecordedRun,
  overrides: readonly string[],
): Promise<Question> => {
  if (overrides.length === 0)
    throw new ConfigError("a question must change something, got no --set", {
      hint: "e.g. --set weighing.strategy=quadratic, or --set sampler.kind=uniform",
    });
  const { config: path } = placesOf(run.folder);
  const before = await readConfig(files, path);
  const changed = await readConfig(files, path, overrides);
  const old = new Map<string, unknown>(Object.entries(before));
  for (const [key, value] of Object.entries(changed))
    if (!variable.some((free) => free === key) && !same(old.get(key), value))
      throw new ConfigError(`${key} must stay as it was: recorded losses say nothing of another one`, {
        keyPath: key,
        hint: `a replay can vary ${variable.join(", ")}; for the rest, train a run`,
      });
  const drawsAnew = (["seed", "sampler", "ledger"] as const).some((key) => !same(before[key], changed[key]));
  const { corpus, ledger } = run.config;
  const reference =
    changed.ledger.reference === before.ledger.reference ? ledger.reference : changed.ledger.reference;
  return { config: { ...changed, corpus, ledger: { ...changed.ledger, reference } }, drawsAnew };
};
