import { expect, it } from "vitest";

import { EngineError } from "../../../src/errors.ts";
import { loadPlotLibrary } from "../../../src/study/report/plot-library.ts";

const hint = "npm install @observablehq/plot linkedom";

it("loads Plot and a document to draw in", async () => {
  const { plot, document } = await loadPlotLibrary();
  expect(plot.plot({ document, marks: [plot.ruleY([1])] }).outerHTML).toMatch(/^<svg /);
});

it("says how to install what is not there", async () => {
  const loading = loadPlotLibrary(() => Promise.reject(new TypeError("Cannot find package 'linkedom'")));
  await expect(loading).rejects.toThrow(EngineError);
  await expect(loading).rejects.toMatchObject({
    message: "a report needs Observable Plot and linkedom, which could not be loaded",
    hint,
    cause: { message: "Cannot find package 'linkedom'" },
  });
});

it("refuses packages that are something else", async () => {
  await expect(loadPlotLibrary(async () => [{ plot: 1 }, {}])).rejects.toMatchObject({
    message: "Observable Plot or linkedom is not the version that a report needs",
    hint,
  });
});
