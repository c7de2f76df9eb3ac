/** @file A table of the page. */
import { type Content, type Markup, html } from "./markup.ts";

/** Rows under a head; the first column names a row, the others are numbers. */
export interface DataTable {
  /** What it holds: its accessible name. */
  readonly name: string;
  readonly head: readonly Content[];
  readonly rows: readonly (readonly Content[])[];
}

/** The table, in a region that scrolls by itself where it is wider than the screen, by keyboard too. */
export const dataTable = ({ name, head, rows }: DataTable): Markup =>
  html` <div class="scroll" role="region" tabindex="0" aria-label="${name}">
    <table>
      <thead>
        <tr>
          ${head.map((cell) => html`<th scope="col">${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first = "", ...others]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${others.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
