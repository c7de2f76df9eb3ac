import { describe, expect, it } from "vitest";

import { createDraws } from "../../src/draws.ts";
import {
  type Position,
  type ScoreWindow,
  type Stream,
  type StreamSettings,
  createStream,
  startPosition,
} from "../../src/sampler/stream.ts";
import type { SampledBlock } from "../../src/sampler/window.ts";

const sizes = [7, 3, 11, 1, 5, 8, 2, 9, 4];
const blocks: SampledBlock[] = sizes.map((rows, shard) => ({
  shard,
  firstRow: 10 * shard,
  rows,
  bytes: 100,
}));
const total = sizes.reduce((sum, rows) => sum + rows, 0);
const settings: StreamSettings = { seed: 1, windowBytes: 200, keep: 1, epsilon: 0.2 };
const streamOf = (changed: Partial<StreamSettings> = {}): Stream =>
  createStream({ name: "book", domain: 6, blocks }, { ...settings, ...changed });

const uneven: ScoreWindow = (blocks) =>
  Promise.resolve(
    Float32Array.from({ length: blocks.reduce((sum, block) => sum + block.rows, 0) }, (_, row) => row + 1),
  );

const takeMany = async (stream: Stream, count: number, from: Position = startPosition) => {
  const draws = createDraws(count);
  let position = from;
  for (let slot = 0; slot < count; slot++) {
    if (!stream.isReady(position)) position = await stream.open(position, slot + 1);
    position = stream.take(position, draws, slot);
  }
  const rows = Array.from(draws.row, (row, slot) => `${draws.shard[slot]}:${row}`);
  return { draws, rows, position };
};

describe("a stream", () => {
  it("gives every row once a pass, each certain, pass after pass in other orders", async () => {
    const { draws, rows, position } = await takeMany(streamOf(), 3 * total);
    const all = blocks.flatMap(({ shard, firstRow, rows }) =>
      Array.from({ length: rows }, (_, row) => `${shard}:${firstRow + row}`),
    );
    const passes = [0, 1, 2].map((pass) => rows.slice(pass * total, (pass + 1) * total));
    for (const pass of passes) expect(pass.toSorted()).toEqual(all.toSorted());
    expect(new Set(passes.map((pass) => pass.join())).size).toBe(3);
    expect(new Set(draws.domain)).toEqual(new Set([6]));
    expect(new Set([...draws.probability, ...draws.base])).toEqual(new Set([1]));
    expect(position).toMatchObject({ drawn: 3 * total, drawnInPass: total });
  });

  it("keeps its draws: sampling version 1", async () => {
    expect((await takeMany(streamOf(), 12)).rows.join(" ")).toBe(
      "2:30 2:21 2:25 2:28 2:26 2:23 6:61 6:60 2:24 2:22 2:27 2:20",
    );
  });

  it("asks for scores once a window, when its first row is drawn, as of that step", async () => {
    const asked: { rows: number; step: number }[] = [];
    const score = (blocks: readonly SampledBlock[], step: number): Promise<null> => {
      asked.push({ rows: blocks.reduce((sum, block) => sum + block.rows, 0), step });
      return Promise.resolve(null);
    };
    await takeMany(streamOf({ score }), total + 1);
    const steps = asked.map(({ step }) => step);
    expect(asked.slice(0, 5).reduce((sum, { rows }) => sum + rows, 0)).toBe(total);
    expect(steps).toEqual(
      asked.map((_, window) => 1 + asked.slice(0, window).reduce((sum, { rows }) => sum + rows, 0)),
    );
    expect(asked.length).toBe(6);
  });

  it("gives base K/n where scores differ, and base = probability where they do not", async () => {
    const preferred = (await takeMany(streamOf({ keep: 0.5, windowBytes: 1e9, score: uneven }), 4)).draws;
    const window = streamOf({ keep: 0.5, windowBytes: 1e9 }).windowAt(0, 0);
    const rows = window.ends.at(-1)!;
    expect([...preferred.base]).toEqual(
      Array.from({ length: 4 }, () => Math.fround(Math.floor(rows / 2 + 0.5) / rows)),
    );
    expect(new Set(preferred.probability).size).toBeGreaterThan(1);
    for (const probability of preferred.probability)
      expect(Number.isInteger(probability * 2 ** 24)).toBe(true);
    const plain = (await takeMany(streamOf({ keep: 0.3 }), 40)).draws;
    expect(plain.base).toEqual(plain.probability);
  });

  it("names the blocks of the open window while rows are left in it, and of the next, into the next pass", async () => {
    const stream = streamOf();
    expect(stream.upcoming(startPosition)).toEqual(stream.windowAt(0, 0).blocks);
    const first = stream.windowAt(0, 0);
    const rows = first.ends.at(-1)!;
    const { position } = await takeMany(stream, rows - 1);
    expect(stream.upcoming(position)).toEqual([...first.blocks, ...stream.windowAt(0, 1).blocks]);
    const { position: done } = await takeMany(stream, 1, position);
    expect(stream.upcoming(done)).toEqual(stream.windowAt(0, 1).blocks);
    const other = streamOf({ seed: 3 });
    const ending = other.windowAt(0, 4).blocks;
    expect(ending.map(({ rows }) => rows)).toEqual([4]);
    const { position: last } = await takeMany(other, total - 1);
    expect(other.upcoming(last)).toEqual([...ending, ...other.windowAt(1, 0).blocks]);
  });
});
