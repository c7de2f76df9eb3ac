/** @file The one place that knows which kinds of corpus there are. */
import { type Corpus, openCorpus } from "./corpus.ts";
import type { CorpusOptions } from "./options.ts";
import { createSyntheticCorpus } from "./synthetic.ts";

/** Opens the corpus that a pipeline's `corpus` part describes. Throws as {@link openCorpus} does. */
export const openCorpusOf = async (options: CorpusOptions): Promise<Corpus> =>
  options.kind === "synthetic" ? createSyntheticCorpus(options) : openCorpus(options.manifest, options);
