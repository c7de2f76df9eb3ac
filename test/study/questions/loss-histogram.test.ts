import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createLossHistogram, lossEdges } from "../../../src/study/questions/loss-histogram.ts";
import { answerOf, cutLogs, logOf } from "../../support/logged-rows.ts";

const binOf = (loss: number): number => lossEdges.findLastIndex((edge) => edge <= loss);

describe("edges of the bins", () => {
  it("are float32 numbers, ascending, eight to an octave from 2⁻⁴ to 2⁵", () => {
    expect(lossEdges.length).toBe(74);
    expect([lossEdges[0], lossEdges[1], lossEdges[2], lossEdges.at(-1)]).toEqual([
      -Infinity,
      2 ** -4,
      2 ** -4 * 1.125,
      32,
    ]);
    for (const [at, edge] of lossEdges.entries()) {
      expect(Math.fround(edge)).toBe(edge);
      if (at > 0) expect(edge).toBeGreaterThan(lossEdges[at - 1]!);
    }
  });
});

describe("a histogram of losses", () => {
  it("counts every finite loss in the bin whose edges enclose it", () => {
    fc.assert(
      fc.property(cutLogs, fc.integer({ min: 1, max: 50 }), (log, stepsPerBucket) => {
        const buckets = Math.max(0, ...log.rows.map(({ step }) => Math.floor(step / stepsPerBucket) + 1));
        const count = new Float64Array(buckets * lossEdges.length);
        const masked = new Float64Array(buckets);
        for (const { step, loss } of log.rows) {
          const bucket = Math.floor(step / stepsPerBucket);
          if (Number.isFinite(loss)) count[bucket * lossEdges.length + binOf(loss)]! += 1;
          else masked[bucket]! += 1;
        }
        expect(answerOf(createLossHistogram(stepsPerBucket), log)).toEqual({
          edges: lossEdges,
          stepsPerBucket,
          buckets,
          count,
          masked,
        });
      }),
    );
  });

  it("puts a loss on an edge into the bin that begins there, its neighbours on their own sides", () => {
    const bits = new Float32Array(1);
    const words = new Int32Array(bits.buffer);
    const neighbour = (value: number, by: number): number => {
      bits[0] = value;
      words[0]! += by;
      return bits[0];
    };
    for (const [bin, edge] of lossEdges.entries()) {
      if (bin === 0) continue;
      const log = logOf([1, 0, 0, neighbour(edge, -1)], [1, 0, 1, edge], [1, 0, 2, neighbour(edge, 1)]);
      const { count } = answerOf(createLossHistogram(10), log);
      expect([count[bin - 1], count[bin]]).toEqual([1, 2]);
    }
  });

  it("puts zeros, negative and tiny losses into the first bin, the largest into the last", () => {
    const losses = [0, -0, -1, -3e38, 1e-45, 3.4e38, 33];
    const { count } = answerOf(
      createLossHistogram(10),
      logOf(...losses.map((loss, row) => [1, 0, row, loss] as const)),
    );
    expect([count[0], count.at(-1)]).toEqual([5, 2]);
  });
});
