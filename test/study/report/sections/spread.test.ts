import { expect, it } from "vitest";

import { loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";
import { heatFigure } from "../../../../src/study/report/sections/spread.ts";
import { readable, smallFindings } from "../../../support/report-findings.ts";

it("the spread of losses is told in words, and what is masked is said", async () => {
  const findings = await smallFindings();
  const library = await loadPlotLibrary();
  const words = readable(heatFigure(library, findings).text);
  expect(words).toMatch(
    /The median loss falls from \d\.\d{3} to \d\.\d{3}; at the end, eight in ten losses lie between/,
  );
  expect(words).toContain("Each column holds 1 step and sums to one");
  expect(words).not.toContain("masked");
  expect(readable(heatFigure(library, { ...findings, masked: 1234 }).text)).toContain(
    "1,234 losses were not finite; they were masked and are not drawn.",
  );
});
