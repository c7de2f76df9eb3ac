/** What a ledger of a web-scale corpus takes of memory: a process of its own opens it, takes losses at random blocks in, writes a
 * checkpoint and goes on from it. Memory is no timing, so it is held to a number. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

import { pageWords } from "../../src/ledger/pages/page.ts";
import { temporaryFolder } from "../support/ledger-on-disk.ts";

const script = fileURLToPath(new URL("../support/sparse-ledger.js", import.meta.url));
const isDeep = process.env["CW_DEEP"] === "1";

const cases: [string, number, { steps: number; stepRows: number; cacheBytes: number }][] = [
  ["a few hundred blocks", 180, { steps: 2, stepRows: 250, cacheBytes: 2 ** 23 }],
];
if (isDeep) cases.push(["thousands of blocks", 1000, { steps: 4, stepRows: 2048, cacheBytes: 2 ** 28 }]);

describe("a ledger of 10⁹ instances", () => {
  it.each(cases)(
    "that takes in losses at %s takes less than %i MB of memory",
    (_, most, { steps, stepRows, cacheBytes }) => {
      const { folder, remove } = temporaryFolder();
      const blockRows = 10_000;
      const settings = { folder, shards: 1000, blocks: 100, blockRows, steps, stepRows, cacheBytes };
      try {
        const child = spawnSync(process.execPath, [script, JSON.stringify({ ...settings, synced: false })], {
          encoding: "utf8",
        });
        expect(child.stderr).toBe("");
        const { peakBytes, pageBytes, ...told } = JSON.parse(child.stdout);
        expect(told).toEqual({ corpus: 1e9, instances: steps * stepRows, wrong: 0, rebuilt: null });
        const pages = Math.floor(pageBytes / (4 * pageWords * blockRows));
        console.log(
          `${pages} blocks' pages, ${Math.round(pageBytes / 1e6)} MB: ${Math.round(peakBytes / 1e6)} MB of memory`,
        );
        expect(pages).toBeGreaterThan(0.9 * steps * stepRows);
        expect(peakBytes / 1e6).toBeLessThan(most);
      } finally {
        remove();
      }
    },
    120_000,
  );
});
