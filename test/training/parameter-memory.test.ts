import { describe, expect, it } from "vitest";

import { ConfigError } from "../../src/errors.ts";
import { createParameterMemory, regions } from "../../src/training/parameter-memory.ts";

const parameter = (name: string, ...shape: number[]) => ({ name, shape, initial: { value: 0 } });
const parameters = [parameter("a", 5, 5), parameter("b", 3), parameter("c", 2, 2), parameter("d", 17)];

describe("the parameters' memory", () => {
  const memory = createParameterMemory(parameters);
  const views = regions.flatMap((region) =>
    parameters.map(({ name }) => ({ region, name, view: memory.view(region, name) })),
  );

  it("has a part of its own for every parameter in every region, at multiples of 64 bytes", () => {
    for (const [at, { view }] of views.entries()) view.fill(at + 1);
    for (const [at, { view }] of views.entries()) {
      expect(new Set(view)).toEqual(new Set([at + 1]));
      expect(view.byteOffset % 64).toBe(0);
      expect(view.buffer).toBe(memory.memory.buffer);
    }
    expect(views.map(({ view }) => view.length).slice(0, 4)).toEqual([25, 3, 4, 17]);
    expect(memory.parameterCount).toBe(49);
  });

  it("has matrices before vectors, and says where they are", () => {
    for (const region of regions) {
      const [matrices, vectors] = [memory.range(region, "matrices"), memory.range(region, "vectors")];
      expect(matrices.end).toBe(vectors.start);
      for (const name of ["a", "c"]) {
        const { byteOffset, byteLength } = memory.view(region, name);
        expect(byteOffset).toBeGreaterThanOrEqual(matrices.start);
        expect(byteOffset + byteLength).toBeLessThanOrEqual(matrices.end);
      }
      for (const name of ["b", "d"]) {
        const { byteOffset, byteLength } = memory.view(region, name);
        expect(byteOffset).toBeGreaterThanOrEqual(vectors.start);
        expect(byteOffset + byteLength).toBeLessThanOrEqual(vectors.end);
      }
      for (const { start, end } of [matrices, vectors]) expect((end - start) % 64).toBe(0);
    }
  });

  it("refuses 4 GiB by name, and takes no memory before it is used", () => {
    expect(() => createParameterMemory([parameter("large", 2 ** 14, 2 ** 14)])).toThrow(
      new ConfigError("model must be at most 268 million parameters, got 268.4 million", {
        keyPath: "model",
        hint: "use fewer layers, a smaller width or a smaller vocabulary",
      }),
    );
    const almost = createParameterMemory([parameter("large", 2 ** 14 - 1, 2 ** 14)]);
    almost.view("secondMoment", "large").set([1, 2], 1000);
    expect(almost.range("secondMoment", "vectors").end).toBeLessThan(2 ** 32);
    expect(process.memoryUsage().rss).toBeLessThan(2 ** 30);
  });
});
