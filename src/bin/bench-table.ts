/** @file A benchmark as tables: how fast, beside the machine's floor, and what reading costs. */
import type { Benchmark, Figure, Floor } from "../study/benchmark/benchmark.ts";
import { count } from "./progress-line.ts";
import { textTable } from "./text-table.ts";

/** Median and how far rounds strayed from it, e.g. `12.3 M ±4%`; of a single round, itself. */
const rateText = ({ perSecond: { median, lowest, highest }, rounds }: Floor): string => {
  if (rounds === 1) return count(median);
  const stray = Math.max(highest - median, median - lowest) / median;
  return `${count(median)} ±${(100 * stray).toFixed(0)}%`;
};

const ratioText = ({ ratio: { median } }: Figure): string => median.toPrecision(2);

/** Instances as a power of ten where they are one: `10^6`. */
const sizeText = (instances: number): string => {
  const power = Math.log10(instances);
  return Number.isInteger(power) ? `10^${power}` : count(instances);
};

/** One row a name, one column a size. */
const bySize = <Row extends Floor>(
  title: string,
  rows: readonly Row[],
  label: (row: Row) => string,
  cell: (row: Row) => string,
): string => {
  const sizes = [...new Set(rows.map(({ instances }) => instances))];
  const names = [...new Set(rows.map(({ name }) => name))];
  return textTable([
    [title, ...sizes.map(sizeText)],
    ...names.map((name) => {
      const own = rows.filter((row) => row.name === name);
      const at = (size: number): Row | undefined => own.find(({ instances }) => instances === size);
      return [
        label(own[0]!),
        ...sizes.map((size) => {
          const row = at(size);
          return row === undefined ? "" : cell(row);
        }),
      ];
    }),
  ]);
};

/** The tables, with a blank line between two. */
export const benchTable = ({ figures, floors }: Benchmark): string => {
  const reading = figures.filter(({ tokensPerSecond }) => tokensPerSecond !== undefined);
  return [
    bySize("a second, by instances", figures, ({ name, unit }) => `${name}: ${unit}`, rateText),
    bySize("the machine's floor, a second", floors, ({ name, unit }) => `${name}: ${unit}`, rateText),
    bySize("times its floor", figures, ({ name, floor }) => `${name} / ${floor.name}`, ratioText),
    bySize(
      "tokens a second",
      reading,
      ({ name }) => name,
      ({ tokensPerSecond }) => count(tokensPerSecond!),
    ),
    bySize(
      "bytes read per byte used",
      reading,
      ({ name }) => name,
      ({ bytesReadPerByteUsed }) => bytesReadPerByteUsed!.toFixed(2),
    ),
  ].join("\n");
};
