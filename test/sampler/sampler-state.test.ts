import { describe, expect, it } from "vitest";

import { samplerOptions } from "../../src/sampler/options.ts";
import { type SamplerSetup, type SamplerState, createSampler } from "../../src/sampler/sampler.ts";

const setup: SamplerSetup = {
  seed: 1,
  batchSize: 6,
  streams: ["code", "book"].map((name, domain) => ({
    name,
    domain,
    blocks: Array.from({ length: 8 }, (_, block) => ({
      shard: domain,
      firstRow: 5 * block,
      rows: 5,
      bytes: 50,
    })),
  })),
  options: samplerOptions.parse({ keep: 0.5 }),
};

const stateAfter = async (steps: number): Promise<SamplerState> => {
  const sampler = createSampler(setup);
  for (let step = 1; step <= steps; step++) await sampler.next(step);
  return sampler.state();
};

describe("a sampler's state", () => {
  it("is plain data and one pool an open window", async () => {
    const { json, pools } = await stateAfter(2);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json).toMatchObject({
      samplingVersion: 1,
      step: 2,
      streams: [
        { name: "book", open: { pass: 0, window: 1, equal: true }, offset: 1, drawn: 6, drawnInPass: 6 },
        { name: "code", open: { pass: 0, window: 1, equal: true }, offset: 1, drawn: 6, drawnInPass: 6 },
      ],
    });
    expect(Object.entries(pools).map(([name, pool]) => [name, pool.byteLength])).toEqual([
      ["draws-1", 40],
      ["draws-0", 40],
    ]);
  });

  it("has no pools before the first step", async () => {
    const state = await stateAfter(0);
    expect(state.pools).toEqual({});
    expect(state.json.streams).toEqual([
      { name: "book", open: null, offset: 0, drawn: 0, drawnInPass: 0 },
      { name: "code", open: null, offset: 0, drawn: 0, drawnInPass: 0 },
    ]);
  });

  it("does not change when the sampler goes on", async () => {
    const sampler = createSampler(setup);
    await sampler.next(1);
    const state = sampler.state();
    const copy = structuredClone(state);
    for (let step = 2; step < 20; step++) await sampler.next(step);
    expect(state).toEqual(copy);
  });

  it("is refused where it does not belong", async () => {
    const state = await stateAfter(2);
    const restore =
      (json: Partial<SamplerState["json"]>, pools = state.pools) =>
      () =>
        createSampler(setup, { json: { ...state.json, ...json }, pools });
    expect(restore({ samplingVersion: 2 })).toThrowError("sampling version of the state must be 1, got 2");
    expect(restore({ streams: state.json.streams.slice(1) })).toThrowError(
      'domains of the state must be book, code, got "code"',
    );
    expect(restore({}, {})).toThrowError("pool draws-1 of the state must be 40 bytes, got undefined");
    expect(restore({}, { ...state.pools, "draws-0": new Uint8Array(36) })).toThrowError(
      "pool draws-0 of the state must be 40 bytes, got 36",
    );
  });
});
