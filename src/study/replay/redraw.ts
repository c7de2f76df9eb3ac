/** @file Draws made again: the run's own sampler over the run's own log, with the losses that the lag lets it see. */
import type { Config } from "../../config/schema.ts";
import type { Draws } from "../../draws.ts";
import type { Files } from "../../files.ts";
import { closeAll } from "../../ledger/close-all.ts";
import type { LedgerPosition } from "../../ledger/journal/history.ts";
import type { Observations } from "../../ledger/log/observations.ts";
import type { MixtureWeights } from "../../sampler/options.ts";
import { type Sampler, createSampler } from "../../sampler/sampler.ts";
import { scoreWindow } from "../../sampler/score.ts";
import { blocksPerWindow } from "../../sampler/window.ts";
import { openRecordedReference } from "./recorded-reference.ts";
import type { RecordedRun } from "./recorded-run.ts";
import { ReplayedLosses } from "./replayed-losses.ts";

/** What draws are made again from. */
export interface RedrawSetup {
  readonly files: Files;
  readonly run: RecordedRun;
  /** The run's configuration, or one that asks what if. */
  readonly config: Config;
  /** As of {@link ReplayedLosses}. */
  readonly scratchPath: string;
}

/** A step as it is drawn again, and as the log has it. */
export interface RedrawnStep {
  readonly step: number;
  readonly draws: Draws;
  readonly observed: Observations;
}

/** The sampler and the losses behind it. */
export interface Redraw {
  /** All steps of the branch, in order, each drawn before its losses are looked at. While a step is handled, `losses` holds
   * those of the steps before it, as far as the sampler asks for losses at all. */
  steps(): AsyncGenerator<RedrawnStep>;
  readonly losses: ReplayedLosses;
  /** Where the reference stands that losses are compared with; null without one. */
  readonly reference: LedgerPosition | null;
  /** Windows opened so far. */
  windows(): number;
  close(): Promise<void>;
}

/** Sets draws up to be made again. No losses are kept for a uniform sampler, which needs none.
 * @param keepsLosses keeps them all the same
 * @throws {ConfigError} for a mixture that does not fit the corpus, or a reference that is not there as it was
 * @throws {LedgerError} when the reference is damaged. O(1), with a reference O(bytes of its log). */
export const openRedraw = async (
  { files, run, config, scratchPath }: RedrawSetup,
  keepsLosses = false,
): Promise<Redraw> => {
  const { lag, kind, score, power } = config.sampler;
  const sampler = createSampler({
    seed: config.seed,
    batchSize: config.training.batchSize,
    streams: run.manifest.domains.map(({ name }, domain) => ({
      name,
      domain,
      blocks: run.blocks.training[domain]!,
    })),
    options: config.sampler,
    score: async (blocks) => scoreWindow(await losses.statistics(blocks, score), blocks, power),
  });
  const reference = await openRecordedReference(files, run, config, `${scratchPath}.reference`);
  const losses = new ReplayedLosses({ files, run, options: config.ledger, reference, scratchPath });

  return {
    losses,
    reference: reference?.position ?? null,
    async *steps() {
      const mixtures = await mixturesOf(run);
      let step = 0;
      for await (const observed of run.ledger.observations()) {
        step++;
        await losses.applyThrough(step - lag - 1);
        const weights = mixtures.get(step);
        if (weights !== undefined) sampler.changeMixture(step, weights);
        yield { step, draws: await sampler.next(step), observed };
        if (keepsLosses || kind === "importance") losses.add(observed);
      }
    },
    windows: () => windowsOf(sampler, run, config),
    close: () => closeAll([() => losses.close(), async () => reference?.close()]),
  };
};

/** Mixtures set from outside, by effect step; of several for one step the last counts. */
const mixturesOf = async ({ ledger }: RecordedRun): Promise<Map<number, MixtureWeights>> => {
  const mixtures = new Map<number, MixtureWeights>();
  for await (const { step, weights } of ledger.mixtures()) mixtures.set(step, weights);
  return mixtures;
};

const windowsOf = (
  sampler: Sampler,
  { manifest, blocks }: RecordedRun,
  { sampler: { windowBytes } }: Config,
): number =>
  sampler.state().json.streams.reduce((windows, { name, open }) => {
    if (open === null) return windows;
    const own = blocks.training[manifest.domains.findIndex((domain) => domain.name === name)]!;
    const inPass = Math.ceil(own.length / blocksPerWindow(own, windowBytes));
    return windows + open.pass * inPass + open.window + 1;
  }, 0);
