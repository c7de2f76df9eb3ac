import { createHash } from "node:crypto";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  type Key,
  boundedInteger,
  fillWords,
  keyOf,
  keyedPermutation,
  normal,
  threefry2x32,
} from "../src/random.ts";
import { chiSquareBound } from "./sampler/binomial.ts";

const hex = (words: readonly number[]): string[] => words.map((word) => word.toString(16).padStart(8, "0"));
const keys = fc.record({ low: fc.nat(0xffffffff), high: fc.nat(0xffffffff) });

describe("threefry2x32", () => {
  // Random123 1.14, kat_vectors, lines "threefry2x32 20".
  it.each([
    [[0, 0], { low: 0, high: 0 }, ["6b200159", "99ba4efe"]],
    [[0xffffffff, 0xffffffff], { low: 0xffffffff, high: 0xffffffff }, ["1cb996fc", "bb002be7"]],
    [[0x243f6a88, 0x85a308d3], { low: 0x13198a2e, high: 0x03707344 }, ["c4923a9c", "483df7a0"]],
  ] as const)("answers counter %j as Random123 does", (counter, key, words) => {
    expect(hex(threefry2x32(key, counter[0], counter[1]))).toEqual(words);
  });
});

describe("keyOf", () => {
  it("is the head of a SHA-256 over seed, domain and purpose", () => {
    const head = createHash("sha256").update("cw1\0seed\0bücher\0blocks/0").digest();
    expect(keyOf("seed", "bücher", "blocks/0")).toEqual({
      low: head.readUInt32LE(0),
      high: head.readUInt32LE(4),
    });
  });

  it("keeps its value: saved runs go on from it", () => {
    expect(keyOf(1, "book", "blocks/0")).toEqual({ low: 1350194734, high: 2249841131 });
  });

  it("tells every part from every other", () => {
    const parts = ["a", "b", "ab", ""];
    const made = parts.flatMap((seed) =>
      parts.flatMap((domain) => parts.map((purpose) => JSON.stringify(keyOf(seed, domain, purpose)))),
    );
    expect(new Set(made).size).toBe(parts.length ** 3);
  });
});

describe("fillWords", () => {
  it("gives the same words wherever it starts and however many", () => {
    fc.assert(
      fc.property(keys, fc.nat(2 ** 32 - 60), fc.nat(50), (key, pair, count) => {
        const words = new Uint32Array(count);
        fillWords(key, 2 * pair, words);
        const one = Array.from({ length: count }, (_, i) => threefry2x32(key, pair + (i >> 1), 0)[i % 2]);
        expect(Array.from(words)).toEqual(one);
      }),
    );
  });
});

/** Lemire's method in big integers, from the definition. */
const boundedOracle = (key: Key, index: number, bound: number): number => {
  const big = BigInt(bound);
  for (let attempt = 0; ; attempt++) {
    const word = threefry2x32(key, Math.floor(index / 2), attempt)[index % 2]!;
    const product = BigInt(word) * big;
    if ((product & 0xffffffffn) >= 2n ** 32n % big) return Number(product >> 32n);
  }
};

describe("boundedInteger", () => {
  it("is Lemire's method, exactly, for every size of bound", () => {
    const bounds = fc.oneof(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 2 ** 32 }),
      fc.constantFrom(2 ** 21, 2 ** 21 + 1, 2 ** 24, 2 ** 31, 2 ** 31 + 1, 3 * 2 ** 30, 2 ** 32 - 1, 2 ** 32),
    );
    fc.assert(
      fc.property(keys, fc.nat(2 ** 33 - 1), bounds, (key, index, bound) => {
        expect(boundedInteger(key, index, bound)).toBe(boundedOracle(key, index, bound));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([3, 6, 3 * 2 ** 30])("has no bias at bound %d", (bound) => {
    // Without rejection, a third of the values below 3·2^30 would come twice as often: those of one residue modulo 3.
    const classes = Math.min(bound, 6);
    const counts = Array.from({ length: classes }, () => 0);
    const draws = 60_000;
    const key = keyOf(7, "bias", String(bound));
    for (let i = 0; i < draws; i++) counts[boundedInteger(key, i, bound) % classes]!++;
    const expected = draws / classes;
    const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(statistic).toBeLessThan(chiSquareBound(classes - 1));
  });
});

describe("keyedPermutation", () => {
  it("holds every number once, for sizes around its chunks too", () => {
    const sizes = fc.oneof(fc.nat(40), fc.constantFrom(1023, 1024, 1025, 2047, 2048, 2049, 5000));
    fc.assert(
      fc.property(keys, sizes, (key, n) => {
        expect(Array.from(keyedPermutation(key, n)).toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: n }, (_, i) => i),
        );
      }),
    );
  });

  it("is Fisher-Yates over boundedInteger", () => {
    const key = keyOf(3, "d", "p");
    const order = Array.from({ length: 2500 }, (_, i) => i);
    for (let i = order.length - 1; i >= 0; i--) {
      const j = boundedInteger(key, i, i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    expect(Array.from(keyedPermutation(key, 2500))).toEqual(order);
  });

  it("keeps its order: it is part of sampling version 1, and a saved run goes on drawing by it", () => {
    expect(Array.from(keyedPermutation(keyOf(1, "book", "blocks/0"), 10))).toEqual([
      6, 2, 9, 5, 1, 4, 0, 7, 3, 8,
    ]);
  });

  it("makes each of 24 orders of four equally often", () => {
    const counts = new Map<string, number>();
    const runs = 24_000;
    for (let run = 0; run < runs; run++) {
      const order = keyedPermutation(keyOf(run, "d", "p"), 4).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    const statistic = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(counts.size).toBe(24);
    expect(statistic).toBeLessThan(chiSquareBound(23));
  });
});

describe("normal", () => {
  it("has the unit normal's distribution", () => {
    const n = 100_000;
    const values = normal(keyOf(1, "model", "wte"), n);
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    for (const [bound, below] of [
      [-2, 0.02275],
      [-1, 0.15866],
      [0.5, 0.69146],
      [1.5, 0.93319],
    ] as const) {
      const share = values.reduce((count, value) => count + (value < bound ? 1 : 0), 0) / n;
      expect(Math.abs(share - below)).toBeLessThan(4 * Math.sqrt((below * (1 - below)) / n));
    }
  });

  it("does not depend on how many values are asked for", () => {
    const key = keyOf(1, "model", "wpe");
    expect(normal(key, 7)).toEqual(normal(key, 100).slice(0, 7));
  });

  it("keeps its values: parameters of saved runs began there", () => {
    expect(Array.from(normal(keyOf(1, "model", "wte"), 3))).toEqual([
      0.5393485426902771, -0.03266134485602379, -0.9697434306144714,
    ]);
  });
});
