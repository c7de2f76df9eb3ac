import { beforeAll, describe, expect, it } from "vitest";

import type { Findings } from "../../../../src/study/report/findings.ts";
import { type PlotLibrary, loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";
import { comparedDomains } from "../../../../src/study/report/sections/compared-domains.ts";
import { comparedRuns } from "../../../../src/study/report/sections/compared-runs.ts";
import { readable, smallFindings } from "../../../support/report-findings.ts";

let library: PlotLibrary;
let one: Findings;
beforeAll(async () => {
  library = await loadPlotLibrary();
  one = await smallFindings();
});

describe("runs compared by domain", () => {
  it("have a panel a domain, and a row in the table", () => {
    const words = readable(comparedDomains(library, comparedRuns([one, one]))!.text);
    expect(words).toMatch(
      /Held-out loss by domain, in nats per token, along the tokens .* d0 last: (\d\.\d{3}), \1 .* d1 last: /,
    );
    expect(words).toMatch(/domain run \(1\) run \(2\) d0 \d\.\d{3} \d\.\d{3} d1 /);
  });

  it("say how many of very many domains are drawn", () => {
    const heldOut = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`d${at}`, { rows: 4, loss: at + 1 }]),
    );
    const many = { ...one, evaluations: [{ step: 0, heldOut }] };
    const { text } = comparedDomains(library, comparedRuns([many, one]))!;
    expect(readable(text)).toContain("The first 12 of 20 domains are drawn; the table has them all.");
    expect(text.match(/<h5>/g)).toHaveLength(12);
  });

  it("are left out without evaluations", () => {
    expect(comparedDomains(library, comparedRuns([{ ...one, evaluations: [] }]))).toBeNull();
  });
});
