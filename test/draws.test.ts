import { expect, it } from "vitest";

import { createDraws } from "../src/draws.ts";

it("draws are columns of one length, of types that hold 2³² shards and rows", () => {
  const draws = createDraws(3);
  expect(draws.size).toBe(3);
  expect(
    [draws.shard, draws.row, draws.domain, draws.probability, draws.base].map(({ length }) => length),
  ).toEqual([3, 3, 3, 3, 3]);
  draws.row[0] = 2 ** 32 - 1;
  draws.probability[0] = 1 - 2 ** -24;
  expect(draws.row[0]).toBe(4_294_967_295);
  expect(draws.probability[0]).toBe(1 - 2 ** -24);
});
