import { beforeAll, describe, expect, it } from "vitest";

import type { Findings } from "../../../src/study/report/findings.ts";
import { reportPage } from "../../../src/study/report/page.ts";
import { type PlotLibrary, loadPlotLibrary } from "../../../src/study/report/plot-library.ts";
import { readable, smallFindings } from "../../support/report-findings.ts";

let library: PlotLibrary;
let one: Findings;
let other: Findings;
beforeAll(async () => {
  library = await loadPlotLibrary();
  one = await smallFindings({ name: "<one>" });
  other = await smallFindings({ name: "other", changes: { weighing: { strategy: "uniform" }, steps: 40 } });
});

/** What stands between tags that open and close. */
const balanceOf = (page: string): Record<string, number> => {
  const balance: Record<string, number> = {};
  for (const [, slash, name, end] of page.matchAll(/<(\/?)([a-z]\w*)(?:"[^"]*"|[^">])*?(\/?)>/g)) {
    if (end === "/" || ["meta", "br", "hr"].includes(name!)) continue;
    balance[name!] = (balance[name!] ?? 0) + (slash === "/" ? -1 : 1);
  }
  return balance;
};

describe("the page", () => {
  it("tells of one run: what it was, what it learnt, was fed, weighed, and how the page was made", () => {
    const page = reportPage(library, [one]);
    expect(page).toMatch(/^<!doctype html>/);
    expect(readable(page)).toContain("Report of a run <one> 60 steps, 3.84 k tokens");
    const titles = [...page.matchAll(/<h2 id="(\w+)">([^<]*)</g)].map(([, id, title]) => [id, title]);
    expect(titles).toEqual([
      ["learnt", "What the model learnt"],
      ["fed", "What it was fed"],
      ["weights", "What the weights did"],
      ["instances", "Instances worth a look"],
      ["time", "Where the time went"],
      ["method", "How this page was made"],
    ]);
    for (const [id] of titles) expect(page).toContain(`href="#${id}"`);
  });

  it("is the same again", () => {
    expect(reportPage(library, [one])).toBe(reportPage(library, [one]));
  });

  it("asks for nothing: no script, no address but that of SVG", () => {
    const page = reportPage(library, [one, other]);
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed)\b/);
    const addresses = [...page.matchAll(/\b(?:href|src|url)\s*[=(]\s*"?([^"#)\s]+)/g)].map(
      ([, address]) => address,
    );
    expect(addresses).toEqual([]);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it("closes every tag that it opens, and names every picture", () => {
    for (const runs of [[one], [one, other]]) {
      const page = reportPage(library, runs);
      expect(Object.entries(balanceOf(page)).filter(([, open]) => open !== 0)).toEqual([]);
      const pictures = page.match(/<svg [^>]*>/g)!;
      expect(pictures.length).toBeGreaterThan(10);
      for (const picture of pictures)
        expect(picture).toMatch(/role="img" aria-label="[^"]+"|aria-hidden="true"/);
      const ids = [...page.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it("compares several runs, and tells of each", () => {
    const words = readable(reportPage(library, [one, other]));
    expect(words).toContain("Report of 2 runs <one>, other");
    expect(words).toMatch(
      /What differs between their configurations key <one> other steps 60 40 .*weighing\.strategy linupper uniform/,
    );
    expect(words.match(/What the weights did/g)).toHaveLength(2);
  });
});
