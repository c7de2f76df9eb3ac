import { beforeAll, describe, expect, it } from "vitest";

import { createLossHistogram } from "../../../../src/study/questions/loss-histogram.ts";
import { wideFrame } from "../../../../src/study/report/charts/chart.ts";
import {
  binnedQuantile,
  drawLossHeat,
  heatCells,
  shadeOf,
  shades,
} from "../../../../src/study/report/charts/loss-heat.ts";
import { type PlotLibrary, loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";

let library: PlotLibrary;
beforeAll(async () => {
  library = await loadPlotLibrary();
});

const histogramOf = (stepsPerBucket: number, ...losses: (readonly [step: number, loss: number])[]) => {
  const histogram = createLossHistogram(stepsPerBucket);
  histogram.add({
    size: losses.length,
    step: Uint32Array.from(losses, ([step]) => step),
    loss: Float32Array.from(losses, ([, loss]) => loss),
  });
  return histogram.result();
};

describe("cells of a heat map", () => {
  it("span the axis without gaps, and hold each bucket's share of each bin", () => {
    const cells = heatCells(histogramOf(2, [1, 4], [2, 4.2], [2, 8], [3, 4], [4, 4]), 4, 10);
    expect(cells.map(({ x1, x2 }) => [x1, x2])).toEqual(
      [
        [0, 10],
        [10, 30],
        [10, 30],
        [30, 40],
      ].toSorted((a, b) => a[0]! - b[0]!),
    );
    expect(cells[0]).toMatchObject({ y1: 4, y2: 4.5, share: 1 });
    const middle = cells.filter(({ x1 }) => x1 === 10);
    expect(middle.map(({ share }) => share).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it("halve in share from shade to shade", () => {
    expect([1, 0.5, 0.49, 0.25, 1e-9].map((share) => shadeOf(share, 1))).toEqual([
      shades - 1,
      shades - 2,
      shades - 3,
      shades - 3,
      0,
    ]);
  });
});

describe("a binned quantile", () => {
  it("lies in the bin of the true one, between its edges by share", () => {
    const { count, edges } = histogramOf(10, [1, 2], [1, 4], [1, 4.1], [1, 8]);
    expect(binnedQuantile(count, edges, 0.5)).toBe(4.25);
    expect(binnedQuantile(new Float64Array(edges.length), edges, 0.5)).toBeNaN();
  });
});

it("a heat map is drawn in shades of the page's style, the median over them", () => {
  const words = { alt: "spread", lastStep: 4, perStep: 10, xLabel: "tokens", yLabel: "loss" };
  const { text } = drawLossHeat(
    library,
    wideFrame,
    histogramOf(1, [1, 4], [2, 4], [2, 8], [3, 2], [4, 1]),
    words,
  );
  expect(text).toContain(`var(--heat-${shades - 1})`);
  expect(text).toContain("var(--median)");
});
