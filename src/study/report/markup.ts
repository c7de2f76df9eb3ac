/** @file HTML in which whatever is put is text, unless it is markup already. */
import { hiddenCharacters, nameOfHidden } from "../hidden-characters.ts";

/** HTML that may stand in a page as it is. Made by {@link html}, or of text known to be safe. */
export class Markup {
  readonly text: string;

  /** @param text HTML that is known to be safe; for anything else there is {@link html} */
  constructor(text: string) {
    this.text = text;
  }
}

/** What can be put into markup: texts and numbers are escaped, null leaves nothing. */
export type Content = string | number | Markup | null | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);

const textOf = (content: Content): string => {
  if (content === null) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(textOf).join("");
  return escaped(String(content));
};

/** Markup of a template; lists are joined. Safe between tags and in quoted attributes, not in scripts, styles or addresses. */
export const html = (parts: TemplateStringsArray, ...values: readonly Content[]): Markup =>
  new Markup(parts.map((part, at) => part + textOf(values[at] ?? null)).join(""));

/** A foreign text as markup: escaped, its own line breaks and tabs kept, other hidden characters named, so that none of it can
 * run, change the page or turn the reading direction. O(text). */
export const foreignText = (text: string): Markup => {
  const parts: Content[] = [];
  let from = 0;
  for (const match of text.matchAll(hiddenCharacters)) {
    if (match[0] === "\n" || match[0] === "\t") continue;
    parts.push(text.slice(from, match.index), html`<span class="hidden">${nameOfHidden(match[0])}</span>`);
    from = match.index + match[0].length;
  }
  return html`${[...parts, text.slice(from)]}`;
};
