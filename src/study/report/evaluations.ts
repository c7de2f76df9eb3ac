/** @file The evaluations that metrics.jsonl holds. */
import { z } from "zod";

import { ConfigError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import type { Evaluation } from "../../training/evaluation.ts";

const lineOf = z.looseObject({ step: z.int().min(0) });
const evaluationOf = z.object({
  step: z.int().min(0),
  heldOut: z.record(
    z.string(),
    z.object({
      rows: z.number(),
      // JSON has no NaN: a loss that was not finite is null.
      loss: z
        .number()
        .nullable()
        .transform((loss) => loss ?? Number.NaN),
    }),
  ),
});

/** Evaluations up to a step, oldest first; none where there is no such file. What a crash left of a last line does not count.
 * @throws {ConfigError} naming the line that is no record. O(bytes). */
export const readEvaluations = async (
  files: Files,
  path: string,
  lastStep: number,
): Promise<Evaluation[]> => {
  if (!(await files.exists(path))) return [];
  const text = await files.readText(path);
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const evaluations: Evaluation[] = [];
  for (const [at, line] of whole.split("\n").slice(0, -1).entries()) {
    const record = parse(line);
    if (!lineOf.safeParse(record).success)
      throw new ConfigError("a line of metrics.jsonl is no record", {
        path,
        line: at + 1,
        hint: "remove the file: a report does without it, and resuming the run writes it anew",
      });
    const found = evaluationOf.safeParse(record);
    if (found.success && found.data.step <= lastStep) evaluations.push(found.data);
  }
  return evaluations;
};

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
