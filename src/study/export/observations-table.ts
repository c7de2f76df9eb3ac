/** @file The table `observations`: every loss of the log, with what it was drawn and weighed with. */
import { columnNames } from "../../ledger/log/observations.ts";
import { type Column, type RunTable, column } from "./run-table.ts";
import type { TableSource } from "./table-source.ts";

const columns = [
  column("step", "uint32", "step, from 1"),
  column("slot", "uint32", "place in the step's batch, from 0"),
  column("branch", "uint16", "branch that the step was written on"),
  column("shard", "uint32", "shard number; with row it names the instance"),
  column("row", "uint32", "row in the shard, from 0"),
  column("domain", "uint16", "domain number"),
  column("domainName", "text", "domain"),
  column("loss", "float32", "nats per token, before the step's update; NaN where it was masked"),
  column("targets", "uint32", "active targets: what the loss is a mean over"),
  column("weight", "float32", "coefficient of the loss in the step's gradient"),
  column("probability", "float32", "probability that it was drawn with"),
  column("base", "float32", "probability without preference"),
  column("trained", "boolean", "false: only scored"),
];

/** Rows of the log in its order. O(rows). */
export const observationsTable = ({ run, steps }: TableSource): RunTable => ({
  name: "observations",
  description: "a row for every loss, in the order of steps and slots",
  columns,
  async *batches(onProgress) {
    const names = run.manifest.domains.map(({ name }) => name);
    const slots = createSlots();
    for await (const batch of run.ledger.batches(columnNames, steps.first, steps.last + 1)) {
      const values: Column[] = [
        batch.step,
        slots(batch.step),
        batch.branch,
        batch.shard,
        batch.row,
        batch.domain,
        Array.from(batch.domain, (domain) => names[domain] ?? null),
        batch.loss,
        batch.targets,
        batch.weight,
        batch.probability,
        batch.base,
        Array.from({ length: batch.size }, (_, at) => ((batch.trained[at >> 3]! >> (at & 7)) & 1) === 1),
      ];
      yield { size: batch.size, values };
      const done = batch.step.at(-1)! - steps.first + 1;
      onProgress("steps", done, steps.last - steps.first + 1);
    }
  },
});

/** Numbers the rows of each step, over batches that begin or end within one. */
const createSlots = (): ((steps: Uint32Array) => Uint32Array) => {
  let step = -1;
  let slot = 0;
  return (steps) =>
    steps.map((of) => {
      slot = of === step ? slot + 1 : 0;
      step = of;
      return slot;
    });
};
