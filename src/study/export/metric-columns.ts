/** @file Records of steps as columns: nested names joined, each with the type that all of its values have. */
import type { Metrics, MetricValue } from "../../ledger/journal/journal-line.ts";
import { type Cell, type ColumnType, type TableColumn, nullableColumn } from "./run-table.ts";

const descriptions: Readonly<Record<string, string>> = {
  learningRate: "learning rate of the update",
  gradientNorm: "norm of the gradient before clipping",
  loss: "mean loss of the batch, nats per token",
  gamma: "weighted minus plain mean loss, nats per token",
  rho: "weighted over plain mean loss",
  ess: "effective sample size 1/Σw²: rows that the step effectively learns from",
  maxWeightTimesSize: "largest weight times the batch's size",
  klFromUniform: "KL divergence of the weights from uniform ones, nats",
  masked: "losses that were not finite and got no weight",
  ms: "milliseconds of training and weighing",
  drawMs: "milliseconds of drawing the batch",
  readMs: "milliseconds of reading the batch",
};

type Leaf = readonly [name: string, value: Cell];

/** A record's values under their column names: `{ a: { b: 1 } }` is `a_b`; a list is its JSON. */
function* leavesOf(record: Metrics, prefix = ""): Generator<Leaf> {
  for (const [name, value] of Object.entries(record)) {
    if (isRecord(value)) yield* leavesOf(value, `${prefix}${name}_`);
    else yield [prefix + name, isList(value) ? JSON.stringify(value) : value];
  }
}

const isList = (value: MetricValue): value is readonly MetricValue[] => Array.isArray(value);

const isRecord = (value: MetricValue): value is Metrics =>
  typeof value === "object" && value !== null && !isList(value);

const typeOf = (value: NonNullable<Cell>): ColumnType =>
  typeof value === "number" ? "float64" : typeof value === "boolean" ? "boolean" : "text";

/** Collects the columns of records, in the order in which their names first come. */
export class MetricColumns {
  readonly #types = new Map<string, ColumnType | null>();
  readonly #taken: ReadonlySet<string>;

  /** @param taken names of other columns; a metric of such a name becomes `metric_<name>` */
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** Takes the names and types of a record in. */
  add(record: Metrics): void {
    for (const [name, value] of this.#named(record)) {
      const known = this.#types.get(name) ?? null;
      const type = value === null ? null : typeOf(value);
      this.#types.set(name, known !== null && type !== null && known !== type ? "text" : (known ?? type));
    }
  }

  /** The columns so far; one that was never anything but null holds numbers, as a loss does that was never finite. */
  get columns(): readonly TableColumn[] {
    return [...this.#types].map(([name, type]) =>
      nullableColumn(name, type ?? "float64", descriptions[name] ?? "as the trainer reported it"),
    );
  }

  /** A record's cells, in the order of {@link columns}; null where it says nothing. */
  cellsOf(record: Metrics): Cell[] {
    const cells = new Map(this.#named(record));
    return [...this.#types].map(([name, type]) => {
      const cell = cells.get(name) ?? null;
      return cell !== null && type === "text" && typeof cell !== "string" ? JSON.stringify(cell) : cell;
    });
  }

  *#named(record: Metrics): Generator<Leaf> {
    for (const [name, value] of leavesOf(record))
      yield [this.#taken.has(name) ? `metric_${name}` : name, value];
  }
}
