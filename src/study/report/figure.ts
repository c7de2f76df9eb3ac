/** @file A figure of the page: title, picture, what to look for, and the numbers behind it. */
import { type Frame, narrowFrame, wideFrame } from "./charts/chart.ts";
import { type DataTable, dataTable } from "./data-table.ts";
import { type Content, type Markup, html } from "./markup.ts";

/** What a figure consists of. */
export interface Figure {
  /** Says what is seen, not what kind of chart it is. */
  readonly title: string;
  readonly picture: Markup;
  /** Colours and marks in words, where the picture does not name them itself. */
  readonly key?: Content;
  /** What to look for. */
  readonly caption: Content;
  /** The numbers behind the picture. */
  readonly table: DataTable;
}

/** The figure as markup. */
export const figure = ({ title, picture, key = null, caption, table }: Figure): Markup =>
  html` <figure>
    <h4>${title}</h4>
    ${key === null ? null : html`<p class="key">${key}</p>`} ${picture}
    <figcaption>${caption}</figcaption>
    <details>
      <summary>The numbers<span class="unseen">: ${title}</span></summary>
      ${dataTable(table)}
    </details>
  </figure>`;

/** A picture that spans the column, drawn for a wide and for a narrow screen; the page's style shows one of them. */
export const spanning = (draw: (frame: Frame) => Markup): Markup =>
  html`<div class="wide">${draw(wideFrame)}</div>
    <div class="narrow">${draw(narrowFrame)}</div>`;

/** A panel of small multiples. */
export interface Panel {
  readonly title: Content;
  readonly note: string;
  readonly picture: Markup;
}

/** Small multiples side by side, as many as fit. */
export const multiples = (panels: readonly Panel[]): Markup =>
  html`<ul class="multiples">
    ${panels.map(
      ({ title, note, picture }) =>
        html`<li>
          <h5>${title}</h5>
          <p class="note">${note}</p>
          ${picture}
        </li>`,
    )}
  </ul>`;

/** A mark of a key: a line, dot, ring, tick or swatch in a colour of the page's style. */
export const mark = (
  kind: "line" | "dot" | "ring" | "tick" | "swatch",
  colour: string,
  dash = "",
): Markup => {
  const shapes = {
    line: html`<line
      x1="1"
      x2="23"
      y1="6"
      y2="6"
      stroke="${colour}"
      stroke-width="2"
      stroke-dasharray="${dash}"
    />`,
    dot: html`<circle cx="12" cy="6" r="4" fill="${colour}" />`,
    ring: html`<circle cx="12" cy="6" r="4" fill="none" stroke="${colour}" stroke-width="2" />`,
    swatch: html`<rect width="24" height="12" fill="${colour}" />`,
    tick: html`<line x1="12" x2="12" y1="0" y2="12" stroke="${colour}" stroke-width="2" />`,
  };
  return html`<svg
    class="${kind === "swatch" ? "swatch" : "mark"}"
    width="24"
    height="12"
    viewBox="0 0 24 12"
    aria-hidden="true"
  >
    ${shapes[kind]}
  </svg>`;
};
