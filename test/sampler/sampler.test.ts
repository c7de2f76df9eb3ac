import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Draws } from "../../src/draws.ts";
import { SamplerError } from "../../src/errors.ts";
import { keyOf, threefry2x32 } from "../../src/random.ts";
import { type MixtureStage, type SamplerOptions, samplerOptions } from "../../src/sampler/options.ts";
import {
  type SamplerSetup,
  type SamplerState,
  type ScoreWindow,
  createSampler,
} from "../../src/sampler/sampler.ts";

/** Blocks of uneven sizes, domains of one row, of one block and of many, rows that float32 cannot number. */
const streams: SamplerSetup["streams"] = [
  { name: "talk", domain: 2, blocks: [{ shard: 70_000, firstRow: 2 ** 24 + 1, rows: 1, bytes: 9 }] },
  { name: "book", domain: 0, blocks: [{ shard: 0, firstRow: 0, rows: 13, bytes: 90 }] },
  {
    name: "code",
    domain: 1,
    blocks: [17, 73, 1, 99, 3, 40, 8, 21, 5].map((rows, shard) => ({
      shard,
      firstRow: 2 ** 32 - 200,
      rows,
      bytes: 10 * rows,
    })),
  },
];

/** Scores that depend on row and step only, as a ledger's do. */
const scoreRows: ScoreWindow = (blocks, step) =>
  Promise.resolve(
    Float32Array.from(
      blocks.flatMap(({ shard, firstRow, rows }) => {
        const key = keyOf(shard, "score", "");
        return Array.from({ length: rows }, (_, row) => threefry2x32(key, firstRow + row, step)[0] / 2 ** 30);
      }),
    ),
  );

const scoreAlike: ScoreWindow = (blocks) =>
  Promise.resolve(new Float32Array(blocks.reduce((sum, block) => sum + block.rows, 0)).fill(2.7));

const scoreLate: ScoreWindow = async (blocks, step) => {
  await new Promise((resolve) => setTimeout(resolve, (step * 7) % 3));
  return scoreRows(blocks, step);
};

const firstScoresHigh: ScoreWindow = () => Promise.resolve(Float32Array.of(9, 1, 1, 1, 1, 1, 1, 1, 1, 1));

const setupOf = (options: Partial<SamplerOptions>, changed: Partial<SamplerSetup> = {}): SamplerSetup => ({
  seed: "s",
  batchSize: 7,
  streams,
  options: samplerOptions.parse(options),
  score: scoreRows,
  ...changed,
});

const create = (options: Partial<SamplerOptions>, changed: Partial<SamplerSetup>) => () =>
  createSampler(setupOf(options, changed));

const run = async (sampler: ReturnType<typeof createSampler>, from: number, to: number): Promise<Draws[]> => {
  const steps: Draws[] = [];
  for (let step = from; step <= to; step++) steps.push(await sampler.next(step));
  return steps;
};

/** Everything in a batch's draws, quick to compare. */
const textOf = ({ shard, row, domain, probability, base }: Draws): string =>
  [shard, row, domain, probability, base].map((column) => column.join()).join(";");

/** What a checkpoint does to a state: JSON text and files. */
const throughDisk = ({ json, pools }: SamplerState): SamplerState => ({
  json: JSON.parse(JSON.stringify(json)),
  pools: Object.fromEntries(
    Object.entries(pools).map(([name, pool]) => [name, Buffer.concat([Buffer.from([1]), pool]).subarray(1)]),
  ),
});

const staged: MixtureStage[] = [
  { fromStep: 1, weights: { book: 1, code: 3 } },
  { fromStep: 20, weights: { talk: 1, code: 1 } },
  { fromStep: 41, weights: { talk: 1e-9, book: 5, code: 1 } },
];

describe("state saved after every step", () => {
  it.each([
    ["uniform", {}],
    ["uniform, a third kept", { keep: 0.33 }],
    ["importance", { kind: "importance" }],
    ["importance, small windows", { kind: "importance", windowBytes: 100, keep: 0.7, epsilon: 0 }],
    ["stages", { mixture: staged }],
    ["even mixture", { kind: "importance", mixture: { talk: 1, book: 1, code: 1 } }],
  ] as const)("and restored gives the same suffix: %s", async (_, options) => {
    for (const batchSize of [1, 7, 40]) {
      const setup = setupOf(options, { batchSize });
      const whole = createSampler(setup);
      const expected: string[] = [];
      const states = [throughDisk(whole.state())];
      for (let step = 1; step <= 60; step++) {
        expected.push(textOf(await whole.next(step)));
        states.push(throughDisk(whole.state()));
      }
      for (const [step, state] of states.entries()) {
        const restored = createSampler(setup, state);
        expect((await run(restored, step + 1, 60)).map(textOf)).toEqual(expected.slice(step));
        expect(restored.shares()).toEqual(whole.shares());
        expect(restored.upcoming()).toEqual(whole.upcoming());
        expect(throughDisk(restored.state()).json).toEqual(states.at(-1)!.json);
      }
    }
  });
});

describe("draws", () => {
  it("are the same with constant scores as without preference, at the same keep", async () => {
    for (const keep of [0.1, 0.5, 1]) {
      const uniform = await run(createSampler(setupOf({ kind: "uniform", keep })), 1, 50);
      const importance = await run(
        createSampler(setupOf({ kind: "importance", keep }, { score: scoreAlike })),
        1,
        50,
      );
      expect(importance).toEqual(uniform);
      for (const draws of uniform) expect(draws.base).toEqual(draws.probability);
    }
  });

  it("do not depend on the order in which domains are named", async () => {
    const forward = await run(createSampler(setupOf({ kind: "importance" })), 1, 30);
    const backward = await run(
      createSampler(setupOf({ kind: "importance" }, { streams: streams.toReversed() })),
      1,
      30,
    );
    expect(backward).toEqual(forward);
  });

  it("do not depend on when scores arrive, on looking ahead, or on saving", async () => {
    const expected = await run(createSampler(setupOf({ kind: "importance" })), 1, 40);
    const sampler = createSampler(setupOf({ kind: "importance" }, { score: scoreLate }));
    for (let step = 1; step <= 40; step++) {
      sampler.upcoming();
      sampler.shares();
      sampler.state();
      expect(await sampler.next(step)).toEqual(expected[step - 1]);
    }
  });

  it("cover each domain once a pass, whatever the batch size, and stand in the shares", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 12 }),
        async (batchSize, steps) => {
          const sampler = createSampler(setupOf({}, { batchSize }));
          const counts = new Map<string, number>();
          for (const draws of await run(sampler, 1, steps))
            for (let slot = 0; slot < batchSize; slot++) {
              const name = `${draws.domain[slot]}/${draws.shard[slot]}/${draws.row[slot]}`;
              counts.set(name, (counts.get(name) ?? 0) + 1);
            }
          for (const { domain, realised, requested, rows } of sampler.shares()) {
            const seen = [...counts].flatMap(([name, count]) =>
              name.startsWith(`${domain}/`) ? [count] : [],
            );
            expect(seen.reduce((sum, count) => sum + count, 0)).toBe(realised);
            expect(Math.abs(realised - requested)).toBeLessThan(1);
            expect(Math.max(0, ...seen)).toBe(Math.ceil(realised / rows));
            expect(Math.min(...seen, Infinity)).toBe(
              seen.length < rows ? (seen.length === 0 ? Infinity : 1) : Math.floor(realised / rows),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("tell rows beyond float32 and int32 apart", async () => {
    const [draws] = await run(createSampler(setupOf({}, { batchSize: 281 })), 1, 1);
    const rows = new Set(
      Array.from(draws!.row, (row, slot) => `${draws!.shard[slot]}/${row}/${draws!.domain[slot]}`),
    );
    expect(rows.size).toBe(281);
    expect(rows.has(`70000/${2 ** 24 + 1}/2`)).toBe(true);
    expect(rows.has(`3/${2 ** 32 - 200 + 98}/1`)).toBe(true);
  });

  it("keep their order: sampling version 1, by which saved runs go on", async () => {
    const small = {
      name: "book",
      domain: 0,
      blocks: [3, 4, 2, 5, 3].map((rows, shard) => ({ shard, firstRow: 0, rows, bytes: 8 })),
    };
    const draws = await run(
      createSampler(setupOf({ kind: "importance", keep: 0.6 }, { seed: 1, batchSize: 10, streams: [small] })),
      1,
      1,
    );
    expect(Array.from(draws[0]!.row, (row, slot) => `${draws[0]!.shard[slot]}:${row}`).join(" ")).toBe(
      "0:0 0:1 2:0 3:4 3:2 3:1 4:2 4:1 1:3 1:1",
    );
    expect(Array.from(draws[0]!.probability, (probability) => probability * 2 ** 24)).toEqual([
      12427258, 16777216, 7339334, 12445621, 13363171, 7302486, 13811362, 12526396, 11421018, 10152908,
    ]);
  });
});

describe("a window", () => {
  it("prefers what scores high: draws follow inclusion over passes", async () => {
    const streams = [{ name: "d", domain: 0, blocks: [{ shard: 0, firstRow: 0, rows: 10, bytes: 1 }] }];
    const sampler = createSampler(
      setupOf(
        { kind: "importance", keep: 0.3, epsilon: 0 },
        { streams, score: firstScoresHigh, batchSize: 3000 },
      ),
    );
    const counts = Array.from({ length: 10 }, () => 0);
    for (const row of (await sampler.next(1)).row) counts[row]!++;
    expect(counts[0]).toBe(1000);
    for (const count of counts.slice(1)) expect(Math.abs(count - 2000 / 9)).toBeLessThan(5 * Math.sqrt(200));
  });
});

describe("upcoming", () => {
  it("names the block of every draw before it comes", async () => {
    const sampler = createSampler(setupOf({ windowBytes: 100 }, { batchSize: 1 }));
    const missing: number[] = [];
    for (let step = 1; step <= 900; step++) {
      const ahead = sampler.upcoming();
      const { shard, row } = await sampler.next(step);
      const holdsDraw = ahead.some(
        (block) =>
          block.shard === shard[0] && block.firstRow <= row[0]! && row[0]! < block.firstRow + block.rows,
      );
      if (!holdsDraw) missing.push(step);
    }
    expect(missing).toEqual([]);
  });

  it("leaves out domains that are not drawn", () => {
    const sampler = createSampler(setupOf({ mixture: { book: 1 } }));
    expect(sampler.upcoming().map(({ rows }) => rows)).toEqual([13]);
  });
});

describe("changeMixture", () => {
  it("acts from its step on, is saved, and is refused for a step already drawn", async () => {
    const setup = setupOf({ mixture: { book: 1 } });
    const sampler = createSampler(setup);
    await run(sampler, 1, 3);
    sampler.changeMixture(5, { talk: 1 });
    expect(() => sampler.changeMixture(3, { talk: 1 })).toThrowError(
      "step of a mixture must be after step 3, which is drawn, got 3",
    );
    expect(() => sampler.changeMixture(9, { tulk: 1 })).toThrowError("(sampler.mixture.tulk)");
    const restored = createSampler(setup, throughDisk(sampler.state()));
    const domains = (await run(sampler, 4, 6)).map(({ domain }) => [...new Set(domain)]);
    expect(domains).toEqual([[0], [2], [2]]);
    expect((await run(restored, 4, 6)).map(({ domain }) => [...new Set(domain)])).toEqual(domains);
  });

  it("is not lost when it comes while a batch is being drawn", async () => {
    const sampler = createSampler(setupOf({ kind: "importance", mixture: { book: 1 } }));
    const first = sampler.next(1);
    expect(() => sampler.changeMixture(1, { talk: 1 })).toThrowError(
      "must be after step 1, which is drawn, got 1",
    );
    sampler.changeMixture(2, { talk: 1 });
    await first;
    expect([...new Set((await sampler.next(2)).domain)]).toEqual([2]);
  });
});

describe("next", () => {
  it("is asked for steps in order", async () => {
    const sampler = createSampler(setupOf({}));
    await sampler.next(1);
    await expect(sampler.next(1)).rejects.toThrowError("step of the batch must be 2, got 1");
    await expect(sampler.next(3)).rejects.toThrowError("step of the batch must be 2, got 3");
    expect((await sampler.next(2)).size).toBe(7);
  });

  it("changes nothing when scores fail, so that it can be asked again", async () => {
    const expected = await run(createSampler(setupOf({ kind: "importance" })), 1, 30);
    const failed = new Set<string>();
    const flaky: ScoreWindow = (blocks, step) => {
      const name = `${step} ${blocks[0]!.shard} ${blocks[0]!.firstRow}`;
      if (failed.has(name)) return scoreRows(blocks, step);
      failed.add(name);
      return Promise.reject(new SamplerError(`no scores for ${name}`));
    };
    const sampler = createSampler(setupOf({ kind: "importance" }, { score: flaky }));
    const drawn: Draws[] = [];
    const changed: number[] = [];
    while (drawn.length < 30) {
      const before = JSON.stringify(sampler.state().json);
      const draws = await sampler.next(drawn.length + 1).catch(() => null);
      if (draws !== null) drawn.push(draws);
      else if (JSON.stringify(sampler.state().json) !== before) changed.push(drawn.length);
    }
    expect(drawn).toEqual(expected);
    expect(changed).toEqual([]);
    expect(failed.size).toBeGreaterThan(5);
  });
});

describe("createSampler", () => {
  it("names what is wrong with its setup", () => {
    const block = { shard: 3, firstRow: 0, rows: 1, bytes: 1 };
    const one = { name: "d", domain: 0, blocks: [block] };
    expect(create({}, { batchSize: 0 })).toThrowError(
      "batch size must be a whole number of at least 1, got 0",
    );
    expect(create({}, { streams: [] })).toThrowError("streams must be one at least, got 0");
    expect(create({ kind: "importance" }, { score: undefined })).toThrowError(
      "score must be given for importance sampling, got undefined",
    );
    expect(create({}, { streams: [one, one] })).toThrowError(
      'name of a stream must be unlike the others, got "d"',
    );
    expect(create({}, { streams: [{ ...one, blocks: [] }] })).toThrowError(
      "blocks of domain d must be one at least, got 0",
    );
    expect(create({}, { streams: [{ ...one, blocks: [block, { ...block, rows: 0 }] }] })).toThrowError(
      "rows of a block in shard 3 must be at least 1, got 0",
    );
    expect(create({ mixture: { e: 1 } }, {})).toThrowError(
      'domain must be one of book, code, talk, got "e" (sampler.mixture.e)',
    );
  });
});
