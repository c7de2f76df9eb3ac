import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Markup, foreignText, html } from "../../../src/study/report/markup.ts";
import { readable } from "../../support/report-findings.ts";

describe("markup", () => {
  it("takes what is put for text, markup for markup, lists for their items and null for nothing", () => {
    const item = html`<b>${"<&>"}</b>`;
    expect(html`<i a="${`"'`}">${[item, item]}${null}${3}</i>`.text).toBe(
      `<i a="&quot;&#39;"><b>&lt;&amp;&gt;</b><b>&lt;&amp;&gt;</b>3</i>`,
    );
    expect(html`${new Markup("<hr>")}`.text).toBe("<hr>");
  });

  it("lets no text become a tag, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { text: safe } = html`${text}`;
        expect(safe).not.toMatch(/[<>"']/);
        expect(foreignText(text).text.replaceAll(/<span class="hidden">[^<>]*<\/span>/g, "")).not.toMatch(
          /[<>]/,
        );
      }),
    );
  });

  it("gives a text without hidden characters back unchanged to who reads it", () => {
    const text = `</pre><script>alert("x")</script> & 'y'`;
    expect(readable(foreignText(text).text)).toBe(text);
  });

  it("names hidden characters, and keeps line breaks and tabs", () => {
    expect(foreignText("a\n\tb\r\u202e<").text).toBe(
      'a\n\tb<span class="hidden">\\r</span><span class="hidden">\\u{202e}</span>&lt;',
    );
  });
});
