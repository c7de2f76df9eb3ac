import { describe, expect, it } from "vitest";

import { narrowFrame, wideFrame } from "../../../src/study/report/charts/chart.ts";
import { figure, mark, multiples, spanning } from "../../../src/study/report/figure.ts";
import { html } from "../../../src/study/report/markup.ts";
import { readable } from "../../support/report-findings.ts";

describe("a figure", () => {
  it("has title, key, picture, caption and the numbers, in this order", () => {
    const { text } = figure({
      title: "What is seen",
      key: "a line",
      picture: html`<svg></svg>`,
      caption: "what to look for",
      table: { name: "numbers", head: ["x"], rows: [["1"]] },
    });
    expect(readable(text).trim()).toBe("What is seen a line what to look for The numbers : What is seen x 1");
    expect(text.indexOf("<svg>")).toBeLessThan(text.indexOf("<figcaption>"));
  });

  it("is drawn for a wide and for a narrow screen", () => {
    const widths: number[] = [];
    spanning(({ width }) => {
      widths.push(width);
      return html``;
    });
    expect(widths).toEqual([wideFrame.width, narrowFrame.width]);
  });

  it("may be of small multiples, a list of panels with names", () => {
    const { text } = multiples([{ title: "novel", note: "7 → 4", picture: html`<svg></svg>` }]);
    expect(text).toContain("<li>");
    expect(readable(text).trim()).toBe("novel 7 → 4");
  });

  it("has marks in its key that are not read out", () => {
    for (const kind of ["line", "dot", "ring", "tick", "swatch"] as const)
      expect(mark(kind, "var(--ink)").text).toMatch(/^<svg.*aria-hidden="true".*var\(--ink\)/s);
  });
});
