/** @file The reference of a past run, in the state in which the run compared its losses with it. */
import type { Config } from "../../config/schema.ts";
import type { Files } from "../../files.ts";
import { type ReferenceLosses, openReferenceLosses } from "../../ledger/reference/reference-losses.ts";
import type { RecordedRun } from "./recorded-run.ts";

/** Opens the reference that a configuration names.
 *
 * The run's own is read as of the step that the run's journal notes, whatever was added since; another one, as a what-if may
 * name, as of its newest step.
 * @param scratchPath a file of its own for pages that the memory has no room for; made when needed, removed at close
 * @returns undefined where the configuration names none, or draws without losses
 * @throws {ConfigError} when there is no such reference, it is of another corpus, or not as the run had it
 * @throws {LedgerError} when it is damaged. O(bytes of its log). */
export const openRecordedReference = async (
  files: Files,
  run: Pick<RecordedRun, "config" | "ledger" | "manifest">,
  { ledger, sampler }: Config,
  scratchPath: string,
): Promise<ReferenceLosses | undefined> => {
  const { reference, cacheBytes } = ledger;
  if (reference === null || sampler.kind !== "importance") return undefined;
  const position = reference === run.config.ledger.reference ? run.ledger.origin.reference : null;
  return openReferenceLosses({
    files,
    run: reference,
    position,
    corpus: run.manifest,
    cacheBytes,
    scratchPath,
  });
};
