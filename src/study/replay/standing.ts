/** @file `replay RUN --at STEP`: the ledger as it stood after a step, by domain. */
import type { Files } from "../../files.ts";
import { type RecordedRun, checkStep } from "./recorded-run.ts";
import { ReplayedLosses } from "./replayed-losses.ts";

/** What a domain's training instances had cost. */
export interface DomainStanding {
  readonly name: string;
  /** Training instances, and those with at least one loss. */
  readonly rows: number;
  readonly seen: number;
  /** Losses applied, all instances together. */
  readonly visits: number;
  /** Mean of the last losses of seen instances, nats per token; NaN while none is seen, as is the next. */
  readonly lastLoss: number;
  /** Mean number of steps since a seen instance's last visit. */
  readonly age: number;
}

/** A ledger after a step: exactly the losses of steps up to it count. */
export interface Standing {
  readonly step: number;
  readonly branch: number;
  readonly domains: readonly DomainStanding[];
}

/** Applies the log up to a step and sums its pages.
 * @param step in 0 … the branch's last
 * @param onStep called after every step; may throw to end the work
 * @throws {ConfigError} for a step that the run does not have
 * @throws {LedgerError} where the log is damaged. O(rows up to the step + instances seen). */
export const standingAfter = async (
  {
    files,
    run,
    scratchPath,
  }: { readonly files: Files; readonly run: RecordedRun; readonly scratchPath: string },
  step: number,
  onStep?: (done: number) => void,
): Promise<Standing> => {
  checkStep(run, step, 0);
  const losses = new ReplayedLosses({ files, run, options: run.config.ledger, scratchPath });
  try {
    let done = 0;
    for await (const observed of run.ledger.observations(1, step + 1)) {
      losses.add(observed);
      await losses.applyThrough((done += 1));
      onStep?.(done);
    }
    return { step, branch: run.ledger.branch, domains: await sumPages(run, losses, step) };
  } finally {
    await losses.close();
  }
};

const sumPages = async (
  { manifest, blocks }: RecordedRun,
  losses: ReplayedLosses,
  step: number,
): Promise<DomainStanding[]> => {
  const sums = manifest.domains.map(() => ({ seen: 0, visits: 0, lastLoss: 0, age: 0 }));
  for await (const { block, page } of losses.pages()) {
    const sum = sums[manifest.shards[block.shard]!.domain]!;
    for (let row = 0; row < page.rows; row++) {
      if (page.visits[row] === 0) continue;
      sum.seen++;
      sum.visits += page.visits[row]!;
      sum.lastLoss += page.lastLoss[row]!;
      sum.age += step - page.lastStep[row]!;
    }
  }
  return manifest.domains.map(({ name }, domain) => {
    const { seen, visits, lastLoss, age } = sums[domain]!;
    const rows = blocks.training[domain]!.reduce((sum, block) => sum + block.rows, 0);
    return { name, rows, seen, visits, lastLoss: lastLoss / seen, age: age / seen };
  });
};
