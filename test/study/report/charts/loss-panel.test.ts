import { expect, it } from "vitest";

import { drawLossPanel } from "../../../../src/study/report/charts/loss-panel.ts";
import { loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";

it("a panel has a line of training losses and a dot for each held-out one", async () => {
  const library = await loadPlotLibrary();
  const panel = {
    alt: "Loss of novel",
    training: [
      { at: 0, mean: 7 },
      { at: 10, mean: 4 },
    ],
    heldOut: [
      { at: 0, mean: 7 },
      { at: 5, mean: 6 },
      { at: 10, mean: 5 },
    ],
    xRange: [0, 10],
    yRange: [4, 7],
    isLogarithmic: false,
  } as const;
  const { text } = drawLossPanel(library, panel);
  expect(text.match(/<circle/g)).toHaveLength(3);
  expect(text).toContain("var(--training)");
  const single = drawLossPanel(library, {
    ...panel,
    training: panel.training.slice(1),
    heldOut: [],
    isLogarithmic: true,
  });
  expect(single.text.match(/<circle/g)).toHaveLength(1);
});
