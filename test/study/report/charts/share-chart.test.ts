import { expect, it } from "vitest";

import { narrowFrame, wideFrame } from "../../../../src/study/report/charts/chart.ts";
import { drawShares } from "../../../../src/study/report/charts/share-chart.ts";
import { loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";

it("shares are a tick, a dot and a ring a domain; long names are cut, twins kept apart, unknown shares left out", async () => {
  const library = await loadPlotLibrary();
  const rows = [
    { name: "a-name-that-is-longer-than-there-is-room", requested: 0.5, realised: 0.5, weighted: 0.6 },
    { name: "a-name-that-is-longer-than-there-is-space", requested: null, realised: 0.5, weighted: 0.4 },
  ];
  const { text } = drawShares(library, wideFrame, "shares", rows);
  expect(text.match(/<circle/g)).toHaveLength(4);
  expect(text.match(/>a-name-that-is-longer-t…</g)).toHaveLength(2);
  expect(drawShares(library, narrowFrame, "shares", rows).text).toContain(">a-name-that-…<");
  const heightOf = (svg: string): number => Number(/ height="(\d+)"/.exec(svg)![1]);
  expect(heightOf(drawShares(library, wideFrame, "shares", [...rows, ...rows]).text)).toBeGreaterThan(
    heightOf(text),
  );
});
