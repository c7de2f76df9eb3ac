/** @file One drawing: Plot's SVG made small, named for those who do not see it, and coloured by the page's own style. */
import { Markup, html } from "../markup.ts";
import type { Mark, PlotLibrary, PlotOptions } from "../plot-library.ts";

/** Room that a drawing has: the text column's, or a phone's. */
export interface Frame {
  /** CSS pixels. */
  readonly width: number;
  readonly isNarrow: boolean;
}

/** The two rooms for which the report draws what spans its column. */
export const wideFrame: Frame = { width: 720, isNarrow: false };
/** See {@link wideFrame}. */
export const narrowFrame: Frame = { width: 350, isNarrow: true };
/** Room of a small multiple, on any screen. */
export const panelFrame: Frame = { width: 230, isNarrow: true };

/** What is drawn. */
export interface Drawing {
  /** What is to be seen, in words: the drawing's accessible name. */
  readonly alt: string;
  /** Scales, margins and height, as Plot takes them. */
  readonly options: PlotOptions;
  readonly marks: readonly Mark[];
}

const coordinates = /\s(d|transform|x|y|x1|x2|y1|y2|cx|cy|r|width|height)="([^"]*)"/g;

/** Coordinates to a tenth of a pixel, no style sheet of Plot's own, no names inside a picture that has one: half the bytes. */
const slim = (svg: string): string =>
  svg
    .replace(/<style>[\s\S]*?<\/style>/, "")
    .replace(/ (aria-label|aria-hidden|font-family|font-size)="[^"]*"/g, "")
    .replace(
      coordinates,
      (_, name: string, value: string) =>
        ` ${name}="${value.replace(/-?\d+\.\d+(e-?\d+)?/g, (number) => String(Math.round(Number(number) * 10) / 10))}"`,
    );

/** Draws. Takes about 10 ms. */
export const drawn = (
  { plot, document }: PlotLibrary,
  { width }: Frame,
  { alt, options, marks }: Drawing,
): Markup => {
  const svg = plot.plot({ document, width, className: "plot", ...options, marks }).outerHTML;
  return new Markup(slim(svg).replace("<svg ", `<svg role="img" aria-label="${html`${alt}`.text}" `));
};

const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });

/** A number of an axis: `500K`, `1.5M`. */
export const shortNumber = (value: number): string => compact.format(value);

/** A number of a logarithmic axis: `0.1`, `100`, `1e-7`. */
export const decadeNumber = (value: number): string =>
  value >= 0.01 && value < 10_000 ? String(Number(value.toPrecision(3))) : value.toExponential(0);
