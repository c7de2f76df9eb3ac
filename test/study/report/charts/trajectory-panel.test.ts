import { expect, it } from "vitest";

import { drawTrajectory } from "../../../../src/study/report/charts/trajectory-panel.ts";
import { loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";

it("a trajectory has a dot a visit, before what was usual", async () => {
  const { text } = drawTrajectory(await loadPlotLibrary(), {
    alt: "Losses of instance 0:17",
    visits: [
      { at: 1, loss: 5 },
      { at: 4, loss: 3 },
    ],
    usual: [
      { at: 0, mean: 6 },
      { at: 5, mean: 4 },
    ],
    xRange: [0, 5],
    yRange: [3, 6],
  });
  expect(text.match(/<circle/g)).toHaveLength(2);
  expect(text.indexOf("var(--muted)")).toBeLessThan(text.indexOf("var(--held-out)"));
});
