import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { InstanceTable } from "../../../src/study/questions/instance-table.ts";

/** Numbers that a Map gives to names in the order in which they come. */
const numbered = (names: readonly string[]): Map<string, number> =>
  names.reduce(
    (numbers, name) => (numbers.has(name) ? numbers : numbers.set(name, numbers.size)),
    new Map<string, number>(),
  );

const instances = fc.array(
  fc.tuple(
    fc.oneof(fc.nat(3), fc.constantFrom(2 ** 16, 2 ** 32 - 1)),
    fc.oneof(fc.nat(130), fc.constantFrom(2 ** 31, 2 ** 32 - 1)),
  ),
  { maxLength: 300, size: "max" },
);

/** The same row of many shards: places meet often. */
const alike = fc.array(fc.tuple(fc.nat(600), fc.constantFrom(5, 6)), { maxLength: 500, size: "max" });

describe("a table of instances", () => {
  it("numbers them in the order in which they came, as a Map does", () => {
    fc.assert(
      fc.property(fc.oneof(instances, alike), instances, (met, others) => {
        const table = new InstanceTable();
        const numbers = numbered(met.map(String));
        const asked = [...met, ...others];
        expect(met.map(([shard, row]) => table.meet(shard, row))).toEqual(
          met.map((instance) => numbers.get(String(instance))),
        );
        expect(asked.map(([shard, row]) => table.find(shard, row))).toEqual(
          asked.map((instance) => numbers.get(String(instance)) ?? -1),
        );
        const rows = table.rows();
        expect(Array.from(table.shards(), (shard, at) => `${shard},${rows[at]}`)).toEqual([
          ...numbers.keys(),
        ]);
        expect(table.size).toBe(numbers.size);
      }),
    );
  });

  it.each<[string, (at: number) => [shard: number, row: number]]>([
    ["neighbours", (at) => [0, at]],
    ["neighbours in another order", (at) => [3, (at * 7919) % 20_000]],
    ["rows alike in their low bits", (at) => [at % 2, 64 * (at >> 1)]],
    ["one row of many shards", (at) => [at, 5]],
    ["rows from anywhere", (at) => [at % 7, Math.imul(at, 2_654_435_761) >>> 0]],
  ])("grows without losing any: %s", (_name, place) => {
    const table = new InstanceTable();
    const wrong: number[] = [];
    for (let at = 0; at < 20_000; at++) if (table.meet(...place(at)) !== at) wrong.push(at);
    for (let at = 0; at < 20_000; at++) if (table.find(...place(at)) !== at) wrong.push(at);
    expect([wrong, table.size]).toEqual([[], 20_000]);
    expect(table.find(1_000_000, 1)).toBe(-1);
  });

  it("gives copies", () => {
    const table = new InstanceTable();
    table.meet(1, 2);
    table.rows().fill(9);
    table.shards().fill(9);
    expect([table.find(1, 2), [...table.shards()], [...table.rows()]]).toEqual([0, [1], [2]]);
  });
});
