/** @file The one place that knows which kinds of corpus there are. */
import { type BlockRef, type Corpus, openCorpus } from "./corpus.ts";
import type { CorpusOptions } from "./options.ts";
import { createSyntheticCorpus } from "./synthetic.ts";

/** Opens the corpus that a pipeline's `corpus` part describes. Throws as {@link openCorpus} does.
 * @param needOf bytes of blocks that are in use at once, of the training blocks by domain */
export const openCorpusOf = async (
  options: CorpusOptions,
  needOf?: (training: readonly (readonly BlockRef[])[]) => number,
): Promise<Corpus> =>
  options.kind === "synthetic"
    ? createSyntheticCorpus(options)
    : openCorpus(options.manifest, options, needOf);
