import { expect, it } from "vitest";

import { dataTable } from "../../../src/study/report/data-table.ts";
import { readable } from "../../support/report-findings.ts";

it("a table names its rows and columns, and can be scrolled by keyboard under a name", () => {
  const { text } = dataTable({
    name: 'Losses "by" domain',
    head: ["domain", "loss"],
    rows: [["<novel>", 4.6]],
  });
  expect(readable(text).trim()).toBe("domain loss <novel> 4.6");
  expect(text).toContain('role="region" tabindex="0" aria-label="Losses &quot;by&quot; domain"');
  expect(text.match(/<th scope="col">/g)).toHaveLength(2);
  expect(text.match(/<th scope="row">/g)).toHaveLength(1);
});
