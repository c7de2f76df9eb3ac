import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { InstanceIndex } from "../../../src/ledger/pages/instance-index.ts";
import { Page } from "../../../src/ledger/pages/page.ts";
import { RowsByBlock, type Visits } from "../../../src/ledger/pages/rows-by-block.ts";
import { SeenSums } from "../../../src/ledger/pages/seen-sums.ts";
import { visitRows } from "../../../src/ledger/pages/visit-rows.ts";
import { hash } from "../../support/ledger-on-disk.ts";

const height = 7;
const firstRow = 3;
const alpha = 0.3;
const index = new InstanceIndex([{ domain: 0, blocks: [{ rows: firstRow }, { rows: height }] }]);

interface Visit {
  readonly row: number;
  readonly loss: number;
  readonly base: number;
  readonly probability: number;
}

const visitsOf = (rows: readonly Visit[]): Visits => ({
  size: rows.length,
  step: Uint32Array.from(rows, (_, slot) => 1 + slot),
  shard: new Uint32Array(rows.length),
  row: Uint32Array.from(rows, ({ row }) => firstRow + row),
  loss: Float32Array.from(rows, ({ loss }) => loss),
  base: Float32Array.from(rows, ({ base }) => base),
  probability: Float32Array.from(rows, ({ probability }) => probability),
});

/** Page and sums after these visits, all of them at once. */
const atOnce = (visits: Visits, withSums = true) => {
  const page = new Page(height);
  const sums = new SeenSums();
  const rows = new RowsByBlock(index);
  for (const run of rows.sort(visits, 0))
    visitRows(page, rows, run, { firstRow, alpha }, withSums ? sums : null);
  return { words: page.words, sums: sums.save() };
};

/** The same one by one: old terms taken back, the row visited, new terms added. */
const oneByOne = ({ size, row, step, loss, base, probability }: Visits) => {
  const page = new Page(height);
  const sums = new SeenSums();
  for (let slot = 0; slot < size; slot++) {
    const at = row[slot]! - firstRow;
    sums.include(page, at, -1);
    page.visit(at, step[slot]!, loss[slot]!, base[slot]! / probability[slot]!, alpha);
    sums.include(page, at, 1);
  }
  return { words: page.words, sums: sums.save() };
};

const shares = fc.float({ min: 2 ** -24, max: 1, noNaN: true });
const anyVisit: fc.Arbitrary<Visit> = fc.record({
  row: fc.nat(height - 1),
  loss: fc.oneof(
    fc.float({ min: 0, max: 32, noNaN: true }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, 2 ** -21, 2 ** 20, -(2 ** 20), 2 ** 33, -(2 ** 33)),
  ),
  base: shares,
  probability: shares,
});

describe("visiting the rows of a page", () => {
  it("is what visiting them one by one is, bit for bit, far losses and repeated rows included", () => {
    fc.assert(
      fc.property(fc.array(anyVisit, { maxLength: 40, size: "max" }), (rows) => {
        const visits = visitsOf(rows);
        const wanted = oneByOne(visits);
        expect(atOnce(visits)).toEqual(wanted);
        const { words, sums } = atOnce(visits, false);
        expect(words).toEqual(wanted.words);
        expect(sums).toEqual(new SeenSums().save());
      }),
      { numRuns: 500 },
    );
  });

  it("keeps its sums exact over more rows than it sums up at once", () => {
    const visits = visitsOf(
      Array.from({ length: 10_000 }, (_, slot) => ({
        row: hash(slot, 1) % height,
        loss: hash(slot, 2) / 2 ** (slot % 31),
        base: 1,
        probability: 1 / (1 + (hash(slot, 3) % 1024)),
      })),
    );
    expect(atOnce(visits)).toEqual(oneByOne(visits));
  });
});
