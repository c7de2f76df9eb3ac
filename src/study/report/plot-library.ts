/** @file Loads Observable Plot and linkedom, optional peers that draw the report's charts. */
import { EngineError } from "../../errors.ts";

/** A mark of a chart; opaque. */
export type Mark = object;

/** Options as Observable Plot documents them (https://observablehq.com/plot/). */
export type PlotOptions = Readonly<Record<string, unknown>>;

type MarkOf = (data: Iterable<unknown>, options?: PlotOptions) => Mark;

/** What we use of Plot, in our own words: its types need those of a browser. */
export interface Plot {
  plot(options: PlotOptions): { readonly outerHTML: string };
  readonly areaY: MarkOf;
  readonly barX: MarkOf;
  readonly dot: MarkOf;
  readonly lineY: MarkOf;
  readonly link: MarkOf;
  readonly rect: MarkOf;
  readonly ruleX: MarkOf;
  readonly ruleY: MarkOf;
  readonly text: MarkOf;
  readonly tickX: MarkOf;
}

/** Plot, and a document in which it makes its elements. */
export interface PlotLibrary {
  readonly plot: Plot;
  readonly document: unknown;
}

interface Linkedom {
  parseHTML(text: string): { readonly document: unknown };
}

const has = (loaded: unknown, names: readonly string[]): boolean =>
  typeof loaded === "object" && loaded !== null && names.every((name) => name in loaded);
const isPlot = (loaded: unknown): loaded is Plot =>
  has(loaded, ["plot", "areaY", "barX", "dot", "lineY", "link", "rect", "ruleX", "ruleY", "text", "tickX"]);
const isLinkedom = (loaded: unknown): loaded is Linkedom => has(loaded, ["parseHTML"]);

const importPeers = (): Promise<readonly unknown[]> =>
  Promise.all([import("@observablehq/plot"), import("linkedom")]);

/** The library, ready to draw. Takes about 0.3 s.
 * @param load imports Plot and linkedom; a test's own, else Node's
 * @throws {EngineError} when one of them is absent or does not load; the hint is the command that mends it */
export const loadPlotLibrary = async (
  load: () => Promise<readonly unknown[]> = importPeers,
): Promise<PlotLibrary> => {
  const hint = "npm install @observablehq/plot linkedom";
  let loaded: readonly unknown[];
  try {
    loaded = await load();
  } catch (error) {
    throw new EngineError(
      "a report needs Observable Plot and linkedom, which could not be loaded",
      { hint },
      error,
    );
  }
  const [plot, linkedom] = loaded;
  if (isPlot(plot) && isLinkedom(linkedom))
    return { plot, document: linkedom.parseHTML("<!doctype html><html><body></body></html>").document };
  throw new EngineError("Observable Plot or linkedom is not the version that a report needs", { hint });
};
