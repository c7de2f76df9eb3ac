import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

import { narrowFrame, wideFrame } from "../../../../src/study/report/charts/chart.ts";
import { type SeriesChart, drawSeries, spread } from "../../../../src/study/report/charts/series-chart.ts";
import { type PlotLibrary, loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";

let library: PlotLibrary;
beforeAll(async () => {
  library = await loadPlotLibrary();
});

const line = (name: string, ...means: number[]): SeriesChart["lines"][number] => ({
  name,
  colour: `var(--${name})`,
  points: means.map((mean, at) => ({ at: at * 100, mean, min: mean - 1, max: mean + 1 })),
});
const chart = (lines: SeriesChart["lines"], changes: Partial<SeriesChart> = {}): SeriesChart => ({
  alt: "lines",
  lines,
  xLabel: "tokens",
  yLabel: "loss",
  ...changes,
});
const draw = (lines: SeriesChart["lines"], changes?: Partial<SeriesChart>, frame = wideFrame): string =>
  drawSeries(library, frame, chart(lines, changes)).text;

describe("lines", () => {
  it("have a band of their extremes where one is alone, and names at their ends where there are several", () => {
    const alone = draw([line("one", 3, 2, 1)]);
    expect(alone).toContain('fill-opacity="0.2"');
    expect(alone).not.toContain(">one<");
    const several = draw([line("one", 3, 2, 1), line("two", 1, 2, 3)]);
    expect(several).not.toContain('fill-opacity="0.2"');
    expect(several).toMatch(/>one<.*>two</s);
    expect(draw([line("one", 3, 2, 1), line("two", 1, 2, 3)], {}, narrowFrame)).not.toContain(">one<");
    const six = Array.from({ length: 6 }, (_, at) => line(`line-${at}`, at, 1));
    expect(draw(six)).not.toContain(">line-1<");
  });

  it("show levels to compare with, and dots where that is all there is", () => {
    expect(draw([line("one", 3, 2)], { levels: [{ y: 2, label: "cap 2" }] })).toContain(">cap 2<");
    expect(draw([line("one", 3)])).toContain("<circle");
    expect(draw([{ ...line("one", 3, 2), shape: "both" }]).match(/<circle/g)).toHaveLength(2);
    expect(draw([line("one", 3, 2)])).not.toContain("<circle");
  });

  it("can be logarithmic, and bear having no point at all", () => {
    expect(
      draw(
        [line("one", 1e-8, 1)].map(({ points, ...rest }) => ({
          ...rest,
          points: points.map(({ at, mean }) => ({ at, mean })),
        })),
        { isLogarithmic: true },
      ),
    ).toContain(">1e-8<");
    expect(draw([line("one")])).toMatch(/^<svg /);
    expect(draw([])).toMatch(/^<svg /);
  });
});

describe("spread labels", () => {
  it("keep their order and their distance, and leave what is far apart alone", () => {
    expect(spread([0, 10, 20], 5)).toEqual([0, 10, 20]);
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(values, (given) => {
        const placed = spread(given, 4).toSorted((a, b) => a - b);
        for (let at = 1; at < placed.length; at++)
          expect(placed[at]! - placed[at - 1]!).toBeGreaterThanOrEqual(4 - 1e-9);
      }),
    );
  });
});
