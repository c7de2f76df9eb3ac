import { beforeAll, describe, expect, it } from "vitest";

import { type PlotLibrary, loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";
import { learningSection } from "../../../../src/study/report/sections/learning.ts";
import { readable, smallFindings } from "../../../support/report-findings.ts";
import { fallingTrainer } from "../../../support/report-runs.ts";

let library: PlotLibrary;
beforeAll(async () => {
  library = await loadPlotLibrary();
});

describe("what the model learnt", () => {
  it("is a panel a domain, that with most draws first, and a table of all", async () => {
    const words = readable(learningSection(library, await smallFindings()).text);
    expect(words).toMatch(
      /Loss by domain, in nats per token, along the tokens .* d0 held out 8\.433 → .* d1 held out 8\.433 → /,
    );
    expect(words).toMatch(
      /domain draws training, first training, last held out, first held out, last d0 300 .* d1 180 /,
    );
    expect(words).toContain("Lines: one point a step");
    expect(words).toContain("Held-out points are all drawn.");
  });

  it("says where there is nothing held out, and where evaluations are thinned", async () => {
    const findings = await smallFindings({ trainer: fallingTrainer(false) });
    const words = readable(learningSection(library, findings).text);
    expect(words).toContain("No held-out rows were scored.");
    expect(words).toMatch(/d0 training \d\.\d{3} → /);
    const many = await smallFindings();
    const evaluations = Array.from({ length: 500 }, () => many.evaluations[0]!);
    expect(readable(learningSection(library, { ...many, evaluations }).text)).toContain(
      "Held-out points: 120 of 500 evaluations, evenly spread.",
    );
  });

  it("is one picture where there is one domain", async () => {
    const findings = await smallFindings({
      changes: { corpus: { kind: "synthetic", instances: 200 }, model: { kind: "regression" } },
    });
    const { text } = learningSection(library, findings);
    expect(readable(text)).toContain("Loss, in half squared error, along the instances drawn");
    expect(text).not.toContain("multiples");
  });
});
