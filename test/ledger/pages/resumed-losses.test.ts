import { columnNames, columnRange, schemaMessage } from "../../../src/ledger/log/observations.ts";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { Ledger, LedgerPosition } from "../../../src/ledger/ledger.ts";
import { createFilesInMemory } from "../../support/files-in-memory.ts";
import { oracleOf } from "../../support/instance-oracle.ts";
import {
  drawsOf,
  lossesOf,
  openSmall,
  rejection,
  smallBlocks,
  takeStep,
  temporaryFolder,
} from "../../support/ledger-on-disk.ts";

/** A ledger of 12 steps with a checkpoint after each, at lag 2; laid into memory for every test. */
const lag = 2;
const last = 12;
let template: { folder: string; remove: () => void };
const positions: LedgerPosition[] = [];
beforeAll(async () => {
  template = temporaryFolder();
  const ledger = await openSmall(template.folder, { lag });
  positions.push(ledger.position());
  for (let step = 1; step <= last; step++) {
    await takeStep(ledger, step, { lag });
    mkdirSync(join(template.folder, `${step}`));
    await ledger.savePages(join(template.folder, `${step}`), step);
    positions.push(ledger.position());
  }
  await ledger.close();
});
afterAll(() => template.remove());

const contents = new Map<string, Uint8Array>();
beforeEach(() => {
  contents.clear();
  for (const entry of readdirSync(template.folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      contents.set(path.replace(template.folder, "/l"), readFileSync(path));
    }
});

const resume = (step: number, pages = `/l/${step}`, more = {}): Promise<Ledger> =>
  openSmall("/l", {
    files: createFilesInMemory(contents),
    lag,
    resume: { position: positions[step]!, pages },
    ...more,
  });

const names = smallBlocks.flatMap(({ shard, firstRow, rows }) =>
  Array.from({ length: rows }, (_, at) => `${shard}:${firstRow + at}`),
);
/** emaLoss of every row after the steps ≤ `through`. */
const expected = (through: number): number[] => {
  const steps = Array.from({ length: Math.max(0, through) }, (_, at) => at + 1);
  const oracle = oracleOf(steps.map((step) => ({ step, draws: drawsOf(step), losses: lossesOf(step) })));
  return names.map((name) => oracle.get(name)?.emaLoss ?? Number.NaN);
};
const seen = async (ledger: Ledger, through: number): Promise<number[]> => {
  const { values } = await ledger.statistics(smallBlocks, "emaLoss", through);
  return [...values];
};

describe("a resumed ledger", () => {
  it.each(Array.from({ length: last }, (_, at) => at + 1))(
    "from step %i starts with pages as of step − lag, and counts the rest when told",
    async (step) => {
      const ledger = await resume(step);
      expect([ledger.rebuilt, ledger.step, ledger.appliedStep]).toEqual([
        null,
        step,
        Math.max(0, step - lag),
      ]);
      for (let through = Math.max(0, step - lag); through <= step; through++)
        expect(await seen(ledger, through)).toEqual(expected(through));
    },
  );

  it.each([
    ["missing", 8, "/l/none", "pages are missing, damaged, or of another corpus"],
    ["newer than the resume step allows", 5, "/l/9", "pages are of step 6, after step 3"],
  ])("rebuilds pages that are %s, in one pass of the log", async (_, step, pages, reason) => {
    const ledger = await resume(step, pages);
    expect(ledger.rebuilt).toBe(reason);
    expect(ledger.appliedStep).toBe(step - lag);
    expect(await seen(ledger, step - lag)).toEqual(expected(step - lag));
    const straight = await resume(step, `/l/${step}`);
    for (const statistic of ["lastLoss", "emaLoss"] as const)
      expect(await ledger.statistics(smallBlocks, statistic, step)).toEqual(
        await straight.statistics(smallBlocks, statistic, step),
      );
    expect(ledger.totals.instances).toBe(straight.totals.instances);
  });

  it("goes on from older pages of the same branch", async () => {
    const ledger = await resume(9, "/l/4");
    expect([ledger.rebuilt, ledger.appliedStep]).toEqual([null, 7]);
    expect(await seen(ledger, 9)).toEqual(expected(9));
  });

  it("rebuilds pages of an abandoned branch", async () => {
    const other = await resume(3);
    for (let step = 4; step <= 9; step++) {
      await other.applyThrough(step - lag - 1);
      other.expect(step, drawsOf(step + 50));
      other.report(step, lossesOf(step + 50));
      await other.commit(step, { weights: [0, 0, 0] });
    }
    const position = other.position();
    await other.close();
    const ledger = await resume(9, "/l/9", { resume: { position, pages: "/l/9" } });
    expect(ledger.rebuilt).toBe("pages are of step 6 of an abandoned branch");
    const steps = [1, 2, 3, 54, 55, 56, 57, 58, 59].map((from, at) => ({
      step: at + 1,
      draws: drawsOf(from),
      losses: lossesOf(from),
    }));
    const oracle = oracleOf(steps);
    expect(await seen(ledger, 9)).toEqual(names.map((name) => oracle.get(name)?.emaLoss ?? Number.NaN));
  });

  it("is the same whichever byte of the pages was altered, be it rebuilt whole or by the page", async () => {
    const wanted = expected(10);
    const counts = { whole: 0, page: 0 };
    const wrong: string[] = [];
    for (const name of ["pages.json", "pages.bin"]) {
      const bytes = contents.get(`/l/12/${name}`)!;
      for (let at = 0; at < bytes.length; at += 1) {
        bytes[at]! ^= 1;
        const ledger = await resume(12);
        if (ledger.rebuilt === null) counts.page++;
        else counts.whole++;
        const got = await seen(ledger, 10);
        if (!got.every((value, row) => Object.is(value, wanted[row]))) wrong.push(`${name} ${at}`);
        await ledger.close();
        bytes[at]! ^= 1;
      }
    }
    expect(wrong).toEqual([]);
    console.log(`pages altered: ${counts.page} bytes in a page, ${counts.whole} elsewhere`);
    expect(Math.min(counts.whole, counts.page)).toBeGreaterThan(100);
  });

  it("rebuilds pages from whole rows, though others of their batch are damaged", async () => {
    const sealed = contents.get("/l/sealed-000001.arrows")!;
    const lossOf = (step: number): number =>
      schemaMessage.length + columnRange(36, columnNames.indexOf("loss")).start + 4 * 3 * (step - 1);
    sealed[lossOf(9)]! ^= 1;
    const ledger = await resume(8, "/l/none");
    expect(ledger.rebuilt).toBe("pages are missing, damaged, or of another corpus");
    expect(await seen(ledger, 6)).toEqual(expected(6));
    sealed[lossOf(6)]! ^= 1;
    expect(await rejection(resume(8, "/l/none"))).toMatch(/^LedgerError: .* step 6\)$/);
  });

  it("says so when the log is damaged where it must be read", async () => {
    contents.get("/l/sealed-000001.arrows")![schemaMessage.length + columnRange(36, 5).start]! ^= 1;
    expect(await rejection(resume(8, "/l/none"))).toMatch(
      /^LedgerError: the loss of steps 1 … 12 must have the checksum .* step 1\)$/,
    );
    const whole = await resume(12);
    expect(await seen(whole, 12)).toEqual(expected(12));
  });
});
