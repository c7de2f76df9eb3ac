import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

import { corpusTable } from "../../src/bin/corpus-table.ts";
import { writeSmallCorpus } from "../support/small-corpus.ts";

it("a corpus' table counts training and held-out rows by domain, and names tokenizer and fingerprint", async () => {
  const folder = mkdtempSync(join(tmpdir(), "counterweight-table-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { manifest } = await writeSmallCorpus(folder, { rows: [40, 21], heldOutRows: 6, rowsPerBlock: 4 });
  expect(corpusTable(manifest)).toBe(
    `domain  documents  rows  blocks  tokens  bytes/token  held-out rows
d0             40    40      10     320         3.00              6
d1             21    21       6     168         3.00              6
rows of 8 tokens, uint16; bytes vocabulary of 32; fingerprint ${manifest.fingerprint.slice(0, 12)}
`,
  );
});
