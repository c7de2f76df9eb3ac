/** @file The table `instances`: what every instance of the corpus has cost, as of the last step wanted. */
import type { BlockRef } from "../../corpus/blocks/block-index.ts";
import type { Page } from "../../ledger/pages/page.ts";
import { ReplayedLosses } from "../replay/replayed-losses.ts";
import {
  type Cell,
  type OnProgress,
  type RunTable,
  type TableBatch,
  column,
  nullableColumn,
} from "./run-table.ts";
import type { TableSource } from "./table-source.ts";

const columns = [
  column("shard", "uint32", "shard number"),
  column("row", "uint32", "row in the shard, from 0"),
  column("ordinal", "int64", "place in the corpus, from 0"),
  column("domain", "uint16", "domain number"),
  column("domainName", "text", "domain"),
  column("heldOut", "boolean", "true: kept from training, for evaluation"),
  column("visits", "uint32", "finite losses so far"),
  nullableColumn("lastStep", "uint32", "step of the last visit"),
  nullableColumn("lastLoss", "float32", "loss of the last visit, nats per token"),
  nullableColumn("previousLoss", "float32", "loss of the visit before it"),
  nullableColumn("emaLoss", "float32", "moving average of the losses (ledger.emaAlpha)"),
  nullableColumn("minLoss", "float32", "least loss"),
];

/** Every instance in corpus order, held-out and never visited ones too; pages are made anew from the log, however it was
 * checkpointed. O(rows of the log up to the last step + instances); memory is that of the ledger's `cacheBytes`. */
export const instancesTable = (source: TableSource): RunTable => ({
  name: "instances",
  description: "a row for every instance of the corpus, visited or not, in corpus order",
  columns,
  async *batches(onProgress) {
    const { files, run, scratchPath } = source;
    const losses = new ReplayedLosses({ files, run, options: run.config.ledger, scratchPath });
    try {
      await replay(losses, source, onProgress);
      yield* blocksOf(losses, source, onProgress);
    } finally {
      await losses.close();
    }
  },
});

const replay = async (
  losses: ReplayedLosses,
  { run, steps }: TableSource,
  onProgress: OnProgress,
): Promise<void> => {
  let done = 0;
  for await (const observed of run.ledger.observations(1, steps.last + 1)) {
    losses.add(observed);
    await losses.applyThrough((done += 1));
    onProgress("steps", done, steps.last);
  }
};

async function* blocksOf(
  losses: ReplayedLosses,
  { run: { manifest, blocks } }: TableSource,
  onProgress: OnProgress,
): AsyncGenerator<TableBatch> {
  const heldOut = new Set(blocks.heldOut.flat());
  const pages = losses.pages();
  let next = await pages.next();
  for (const block of blocks.blocks) {
    const page = next.done !== true && next.value.block === block ? next.value.page : null;
    if (page !== null) next = await pages.next();
    const { domain } = manifest.shards[block.shard]!;
    const ordinal = blocks.ordinalOf(block.shard, block.firstRow);
    const { name } = manifest.domains[domain]!;
    yield blockBatch({ block, page, ordinal, domain, name, heldOut: heldOut.has(block) });
    onProgress("instances", ordinal + block.rows, blocks.instances);
  }
}

/** @param page null where nothing has visited the block */
const blockBatch = ({
  block,
  page,
  ordinal,
  domain,
  name,
  heldOut,
}: {
  readonly block: BlockRef;
  readonly page: Page | null;
  readonly ordinal: number;
  readonly domain: number;
  readonly name: string;
  readonly heldOut: boolean;
}): TableBatch => {
  const { rows, shard, firstRow } = block;
  const all = (value: Cell): Cell[] => Array.from({ length: rows }, () => value);
  const known = (values: Float32Array | undefined): Cell[] =>
    values === undefined ? all(null) : Array.from(values, (value) => (Number.isNaN(value) ? null : value));
  return {
    size: rows,
    values: [
      new Uint32Array(rows).fill(shard),
      Uint32Array.from({ length: rows }, (_, row) => firstRow + row),
      Array.from({ length: rows }, (_, row) => ordinal + row),
      new Uint16Array(rows).fill(domain),
      all(name),
      all(heldOut),
      page?.visits ?? new Uint32Array(rows),
      page === null ? all(null) : Array.from(page.lastStep, (step) => (step === 0 ? null : step)),
      known(page?.lastLoss),
      known(page?.previousLoss),
      known(page?.emaLoss),
      known(page?.minLoss),
    ],
  };
};
