/** @file Takes the corpus' folder: refuses another corpus, removes what an abandoned start left, sweeps temporaries. */
import { join } from "node:path";
import { z } from "zod";

import { ConfigError } from "../../errors.ts";
import { type Files, sweepTemporaries } from "../../files.ts";
import { readRecord, recordFolder, writeRecord } from "./part-record.ts";
import type { Plan } from "./plan.ts";

/** Folder of the training shards in the corpus' folder. */
export const trainingFolder = "train";
/** Folder of the held-out shards in the corpus' folder. */
export const heldOutFolder = "held-out";

const planName = "plan";
const planSchema: z.ZodType<{ readonly key: string }> = z.strictObject({ key: z.string() });

/** Makes the folder ready for this plan's work. A record of the plan's key marks it as ours; a manifest without it is another corpus.
 * @throws {ConfigError}  when the folder holds another corpus
 * @throws {StorageError} when the disk refuses */
export const claimFolder = async (
  files: Files,
  out: string,
  plan: Plan,
  manifestPath: string,
): Promise<void> => {
  const isOurs = (await readRecord(files, out, planName, planSchema, plan)) !== undefined;
  if (!isOurs && (await files.exists(manifestPath)))
    throw new ConfigError("the folder must be empty or hold the corpus of this dataset, got another corpus", {
      path: out,
      hint: "prepare into another folder, or remove this one",
    });
  const isAbandoned = !isOurs && (await files.exists(join(out, recordFolder, `${planName}.json`)));
  // The records go last: until then they tell that the folder is an abandoned one.
  for (const name of [trainingFolder, heldOutFolder, recordFolder]) {
    const folder = join(out, name);
    if (isAbandoned) await files.remove(folder);
    await files.makeFolder(folder);
    await sweepTemporaries(files, folder);
  }
  await sweepTemporaries(files, out);
  if (!isOurs) await writeRecord(files, out, planName, { key: plan.key });
};
