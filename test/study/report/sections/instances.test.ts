import { beforeAll, describe, expect, it } from "vitest";

import type { Findings } from "../../../../src/study/report/findings.ts";
import { type PlotLibrary, loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";
import { instancesSection } from "../../../../src/study/report/sections/instances.ts";
import type { Standout } from "../../../../src/study/report/standouts.ts";
import { readable, smallFindings } from "../../../support/report-findings.ts";

let library: PlotLibrary;
let findings: Findings;
beforeAll(async () => {
  library = await loadPlotLibrary();
  findings = await smallFindings();
});

const withHardest = (changes: Partial<Standout>, contentMissing: string | null = null): string => {
  const hardest = [{ ...findings.standouts.hardest[0]!, ...changes }];
  const standouts = { hardest, noisiest: [], forgotten: [], contentMissing };
  return instancesSection(library, { ...findings, standouts }).text;
};

describe("instances worth a look", () => {
  it("are listed by kind with their lives, and tokens where there is no text", () => {
    const words = readable(instancesSection(library, findings).text);
    expect(words).toMatch(/Hardest .* Noisiest .* Most forgotten/);
    expect(words).toMatch(/\d:\d+ d[01] · last loss \d\.\d{3}/);
    expect(words).toMatch(
      /\d+ visits: first \d\.\d{3}, lowest \d\.\d{3}, highest \d+\.\d{3}, last \d\.\d{3} at step \d+; row \d+ of d[01]\.parquet/,
    );
    const { content } = findings.standouts.hardest[0]!;
    expect(words).toContain(content!.tokens.join(" "));
  });

  it("show a long text's beginning, as text", () => {
    const text = `<script>${"x".repeat(2000)}`;
    const shown = withHardest({ content: { tokens: [1], text } });
    expect(shown).toContain(`&lt;script&gt;${"x".repeat(692)}<`);
    expect(readable(shown)).toContain("the first 700 of 2,008 characters");
    expect(readable(shown)).toContain("There is none in this run.");
  });

  it("say why there is no text, and bear a single visit and very many", () => {
    expect(readable(withHardest({ content: null }, "the shard is gone"))).toContain(
      "Texts are left out: the shard is gone.",
    );
    const once = { shard: 0, row: 1, steps: [7], losses: [3] };
    expect(readable(withHardest({ trajectory: once }))).toContain("one visit, at step 7: 3.000");
    const steps = Array.from({ length: 5000 }, (_, at) => at + 1);
    const often = { shard: 0, row: 1, steps, losses: steps.map(() => 2) };
    expect(withHardest({ trajectory: often }).match(/<circle/g)!.length).toBeLessThanOrEqual(82);
  });
});
