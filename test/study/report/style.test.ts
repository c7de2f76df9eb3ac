import { describe, expect, it } from "vitest";

import { style } from "../../../src/study/report/style.ts";

type Colours = Readonly<Record<string, string>>;

/** Custom properties of the first rule, light, and of the second, dark. */
const [light, dark] = [...style.matchAll(/:root\{([^}]*)\}/g)].map(([, body]): Colours =>
  Object.fromEntries([...body!.matchAll(/--([\w-]+):(#\w{6})/g)].map(([, name, colour]) => [name!, colour!])),
);

/** Relative luminance (WCAG 2.2). */
const luminance = (colour: string): number => {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
};
const contrast = (a: string, b: string): number => {
  const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
};

describe.each([
  ["light", light!],
  ["dark", dark!],
])("colours in the %s", (_, colours) => {
  it("keep 4.5:1 for words on paper, and on the wash behind texts", () => {
    for (const name of ["ink", "soft", "training", "limit"])
      expect([name, contrast(colours[name]!, colours["paper"]!) >= 4.5]).toEqual([name, true]);
    for (const name of ["ink", "limit"])
      expect([name, contrast(colours[name]!, colours["wash"]!) >= 4.5]).toEqual([name, true]);
  });

  it("keep 4.5:1 for lines that are named in their own colour, 3:1 for the others", () => {
    for (let run = 0; run < 8; run++)
      expect([run, contrast(colours[`run-${run}`]!, colours["paper"]!) >= 4.5]).toEqual([run, true]);
    for (const name of ["held-out", "median", "muted"])
      expect([name, contrast(colours[name]!, colours["paper"]!) >= 3]).toEqual([name, true]);
  });

  it("shade the heat map evenly, away from the paper", () => {
    const steps = Array.from({ length: 7 }, (_, shade) =>
      contrast(colours[`heat-${shade}`]!, colours["paper"]!),
    );
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(new Set(steps).size).toBe(7);
  });
});

it("asks for nothing from elsewhere", () => {
  expect(style).not.toMatch(/url\(|@import|https?:/);
});
