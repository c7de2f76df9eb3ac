import { beforeAll, describe, expect, it } from "vitest";

import { decadeNumber, drawn, panelFrame, shortNumber } from "../../../../src/study/report/charts/chart.ts";
import { type PlotLibrary, loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";

let library: PlotLibrary;
beforeAll(async () => {
  library = await loadPlotLibrary();
});

describe("a drawing", () => {
  it("is a named picture without a style or names of its own, to a tenth of a pixel", () => {
    const data = [
      { x: 0, y: 0.123456 },
      { x: 1, y: 2 },
      { x: 3, y: 1 },
    ];
    const { text } = drawn(library, panelFrame, {
      alt: 'a "rising" <line>',
      options: { height: 100, y: { ticks: [0.125, 2], tickFormat: ".3f" } },
      marks: [library.plot.lineY(data, { x: "x", y: "y" })],
    });
    expect(text).toMatch(/^<svg role="img" aria-label="a &quot;rising&quot; &lt;line&gt;" /);
    expect(text).not.toMatch(/<style|aria-hidden|font-family/);
    expect(text).not.toMatch(/="[^"]*\d\.\d\d[^"]*"/);
    expect(text).toContain(">0.125<");
    expect(text).toContain('class="plot"');
  });

  it.each([
    [0, "0"],
    [200_000, "200K"],
    [1_250_000, "1.25M"],
    [3e9, "3B"],
  ])("writes %d along an axis as %s", (value, words) => {
    expect(shortNumber(value)).toBe(words);
  });

  it.each([
    [1e-7, "1e-7"],
    [0.01, "0.01"],
    [5, "5"],
    [20_000, "2e+4"],
  ])("writes %d on a logarithmic axis as %s", (value, words) => {
    expect(decadeNumber(value)).toBe(words);
  });
});
