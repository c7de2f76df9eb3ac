/** @file The closed loop; the only file that knows it is one. Read this first.
 *
 *     sampler ──draws──▶ corpus ──batch──▶ trainer
 *        ▲                                    │
 *        └──scores── ledger ◀──losses─────────┘
 *
 * - A step, counted from 1: the trainer trains on one batch of M draws, its losses are committed to the ledger (logged, but
 *   not counting yet), and `settle` is awaited, which evaluates and writes checkpoints where they are due. Steps run one
 *   at a time, in order; a step has ended when its settling has.
 * - Batch t is made when step t − lag starts (lag 0: when step t − 1 has ended; the first ones at once), and before it
 *   is drawn the losses of steps < t − lag are let count: those and no others, so no batch depends on how fast
 *   anything was. A run resumed after step s makes batches s + 1 … again, from a ledger set back to the same state.
 * - Every await has one owner: `pull` those between batches and steps, `assemble` those of making a batch, `train` and
 *   `settle` those of a step.
 * - Ending it is drive.ts's business: `stop` there waits for the step in flight, for a checkpoint of it, and for
 *   everything to be closed.
 */
import type { Observable } from "rxjs";

import type { Config } from "./config/schema.ts";
import { SamplerError, mustBe } from "./errors.ts";
import type { Stages } from "./open.ts";
import { pull } from "./pull.ts";
import type { SamplerState } from "./sampler/sampler.ts";
import { type Batch, type Trainer, createTokens } from "./training/trainer.ts";
import type { WeighingDiagnostics } from "./weighing/diagnostics.ts";

/** A batch and the sampler state behind it: a checkpoint speaks of what was trained on, not of what was made ahead. */
interface Assembled {
  readonly batch: Batch;
  readonly sampler: SamplerState;
  /** Milliseconds of wall time that its draws took, ledger reads included, and that its tokens took. */
  readonly timing: { readonly drawMs: number; readonly readMs: number };
}

/** What a step did. Arrays have shape [M], slot order. */
export interface Step {
  readonly step: number;
  readonly draws: Batch["draws"];
  /** Nats per token. */
  readonly losses: Float32Array;
  readonly weights: Float64Array;
  readonly diagnostics: WeighingDiagnostics;
  /** The step's record, as in the ledger's journal: the trainer's numbers (learningRate …), the weighing's (gamma, rho, ess …), and wall times: `ms` of training and weighing, `drawMs` and `readMs` of making its batch, which may fall into the step before. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Sampler state after this step's draws. */
  readonly sampler: SamplerState;
}

/** Batches of steps [firstStep, lastStep], made one after another as they are asked for. */
const assemble = async function* (
  stages: Stages,
  config: Config,
  firstStep: number,
  lastStep: number,
): AsyncGenerator<Assembled> {
  const { corpus, ledger, sampler } = stages;
  const { seqLen, tokenDtype } = corpus.manifest;
  const size = config.training.batchSize;
  for (let step = firstStep; step <= lastStep; step++) {
    const started = performance.now();
    await ledger.applyThrough(step - config.sampler.lag - 1);
    const draws = await sampler.next(step);
    ledger.expect(step, draws);
    const drawn = performance.now();
    const tokens = createTokens(tokenDtype, size * seqLen);
    await corpus.gather(draws.shard, draws.row, tokens);
    corpus.prefetch(sampler.upcoming());
    const timing = { drawMs: drawn - started, readMs: performance.now() - drawn };
    yield { batch: { step, size, seqLen, tokens, draws }, sampler: sampler.state(), timing };
  }
};

/** One step: train, weigh, commit. */
const train = async (
  { batch, sampler, timing }: Assembled,
  stages: Stages,
  trainer: Trainer,
): Promise<Step> => {
  const started = performance.now();
  const { step, draws, size, seqLen } = batch;
  const { probability, base, domain } = draws;
  // What `weigh` gave is what was used, unless the trainer says otherwise.
  let taken: Float64Array | undefined;
  const fullRows = new Uint32Array(size).fill(seqLen - 1);
  const result = await trainer.step(batch, (given, targets = fullRows) => {
    // As the ledger keeps them, so that weights follow from its log whatever the trainer computes in.
    const losses = Float32Array.from(given);
    taken = stages.weighing.weigh({ losses, probability, base, domain, targets }, step).weights;
    return taken;
  });
  const used = result.weights ?? taken;
  if (used === undefined)
    throw new SamplerError(mustBe("a trainer's step", "weighed by weigh or by itself", "neither"), {
      step,
      hint: "in step(batch, weigh): take weigh(losses), or return { losses, weights }",
    });
  const { ledger } = stages;
  const losses = Float32Array.from(result.losses);
  const targets = result.targets ?? fullRows;
  ledger.report(step, losses, 0, targets);
  // Weighing is pure: asked again only to say what the weights that were used did.
  const { diagnostics } = stages.weighing.weigh({ losses, probability, base, domain, targets, used }, step);
  const weights = Float64Array.from(used);
  const ms = performance.now() - started;
  const metrics = { ...result.metrics, ...metricsOf(diagnostics), ms, ...timing };
  await ledger.commit(step, { weights, metrics });
  return { step, draws, losses, weights, diagnostics, metrics, sampler };
};

/** What a step's record says of its weighing; loss in nats per token, the mean over the batch. */
export const metricsOf = (diagnostics: WeighingDiagnostics): Record<string, number> => {
  const { loss, gamma, rho, ess, maxWeightTimesSize, klFromUniform, masked } = diagnostics;
  return {
    loss: loss.mean,
    gamma,
    rho,
    ess,
    maxWeightTimesSize,
    klFromUniform,
    ...(masked > 0 && { masked }),
  };
};

/** The closed loop over steps [firstStep, lastStep].
 * @param settle awaited inside each step, after its losses are committed: the place for evaluation and checkpoints
 * @returns a cold Observable; unsubscribing ends it after the step in flight */
export const closedLoop = (
  stages: Stages,
  trainer: Trainer,
  config: Config,
  [firstStep, lastStep]: readonly [number, number],
  settle: (step: Step) => Promise<void>,
): Observable<Step> =>
  pull(
    assemble(stages, config, firstStep, lastStep),
    async (assembled) => {
      const step = await train(assembled, stages, trainer);
      await settle(step);
      return step;
    },
    config.sampler.lag,
  );
