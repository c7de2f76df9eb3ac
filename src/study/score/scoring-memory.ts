/** @file Whether scoring fits into the memory that there is. */
import type { Config } from "../../config/schema.ts";
import type { Manifest } from "../../corpus/manifest.ts";
import { tokenBytes } from "../../corpus/manifest.ts";
import { ConfigError } from "../../errors.ts";
import { gptScoringMemory } from "../../training/gpt-memory.ts";
import type { GptSizes } from "../../training/gpt-parameters.ts";
import { PROCESS_BYTES, gigabytes, ledgerCacheBytes } from "../memory/run-memory.ts";

/** Bytes that scoring takes with `rows` rows at once; undefined where that is not known: another engine than onnx on the cpu. */
export const scoringBytes = (
  sizes: GptSizes,
  rows: number,
  config: Pick<Config, "engine" | "ledger">,
  manifest: Manifest,
): number | undefined => {
  const { seqLen, tokenDtype, shards } = manifest;
  const blockRows = shards.reduce(
    (most, { blocks }) => blocks.reduce((largest, { rows: own }) => Math.max(largest, own), most),
    0,
  );
  const blocks = 3 * blockRows * seqLen * tokenBytes(tokenDtype);
  const model = gptScoringMemory({ sizes, rows, seqLen, engine: config.engine });
  return model?.reduce(
    (sum, { bytes }) => sum + bytes,
    PROCESS_BYTES + blocks + ledgerCacheBytes(config, manifest),
  );
};

/** Refuses a scoring that cannot fit.
 * @param limit bytes that the machine, or the container, has
 * @throws {ConfigError} naming both numbers, and the batch that would fit */
export const checkScoringFits = (
  sizes: GptSizes,
  config: Pick<Config, "engine" | "ledger" | "training">,
  manifest: Manifest,
  limit: number,
): void => {
  const { batchSize } = config.training;
  const bytesAt = (rows: number): number => scoringBytes(sizes, rows, config, manifest) ?? 0;
  const needed = bytesAt(batchSize);
  if (needed <= limit) return;
  let fitting = batchSize >> 1;
  while (fitting > 0 && bytesAt(fitting) > limit) fitting >>= 1;
  throw new ConfigError(
    `estimated memory must be at most the ${gigabytes(limit)} there are here, got ${gigabytes(needed)}`,
    {
      hint:
        fitting === 0
          ? "score with a smaller model, or where there is more memory"
          : `score fewer rows at once: --batch-size ${fitting}`,
    },
  );
};
