import { appendFileSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { encodeLine } from "../../src/ledger/journal/journal-line.ts";
import { openLedgerReader } from "../../src/ledger/reader.ts";
import { createFilesInMemory } from "../support/files-in-memory.ts";
import {
  collect,
  drawsOf,
  lossesOf,
  openSmall,
  options,
  quickFiles,
  rejection,
  takeStep,
  takeSteps,
  temporaryFolder,
} from "../support/ledger-on-disk.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(() => remove());

const stepsIn = async (...range: number[]): Promise<number[]> => {
  const reader = await openLedgerReader(quickFiles, folder);
  return (await collect(reader.observations(...range))).map(({ step }) => step[0]!);
};

describe("the reader", () => {
  it("gives each step of the live branch once, in order, with its rows and its record", async () => {
    const first = await openSmall(folder);
    await takeSteps(first, 1, 4);
    const position = first.position();
    await takeSteps(first, 5, 9);
    await first.close();
    const second = await openSmall(folder, { resume: { position, pages: join(folder, "none") } });
    await takeSteps(second, 5, 6);
    await second.close();

    const reader = await openLedgerReader(quickFiles, folder);
    expect([reader.branch, reader.lastStep, reader.tornBytes]).toEqual([1, 6, 0]);
    const lines = await collect(reader.steps());
    expect(lines.map(({ step, branch }) => `${step}:${branch}`)).toEqual([
      "1:0",
      "2:0",
      "3:0",
      "4:0",
      "5:1",
      "6:1",
    ]);
    expect(lines.map(({ metrics }) => metrics)).toEqual(
      [1, 2, 3, 4, 5, 6].map((step) => ({ gamma: step / 8 })),
    );
    const rows = await collect(reader.observations());
    for (const [at, observations] of rows.entries()) {
      expect(observations.step).toEqual(new Uint32Array(3).fill(at + 1));
      expect(observations.row).toEqual(drawsOf(at + 1).row);
      expect(observations.loss).toEqual(lossesOf(at + 1));
    }
    const abandoned = await openLedgerReader(quickFiles, folder, 0);
    expect((await collect(abandoned.steps())).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("gives a half-open range of steps", async () => {
    const ledger = await openSmall(folder);
    await takeSteps(ledger, 1, 5);
    await ledger.close();
    expect(await stepsIn(2, 4)).toEqual([2, 3]);
    expect(await stepsIn(4)).toEqual([4, 5]);
    expect(await stepsIn(-3, 99)).toEqual([1, 2, 3, 4, 5]);
    expect(await stepsIn(3, 3)).toEqual([]);
  });

  it("gives columns of the same rows in batches", async () => {
    const ledger = await openSmall(folder);
    await takeSteps(ledger, 1, 6);
    await ledger.close();
    const reader = await openLedgerReader(quickFiles, folder);
    const batches = await collect(reader.batches(["row", "loss"], 2, 5));
    expect(batches.flatMap(({ row }) => [...row])).toEqual(
      [2, 3, 4].flatMap((step) => [...drawsOf(step).row]),
    );
    expect(batches.flatMap(({ loss }) => [...loss])).toEqual(
      [2, 3, 4].flatMap((step) => [...lossesOf(step)]),
    );
    expect(batches.map(({ size }) => size).reduce((sum, size) => sum + size)).toBe(9);
  });

  it("sees whole commits only, while a writer goes on", async () => {
    const ledger = await openSmall(folder);
    const writing = (async () => {
      for (let step = 1; step <= 120; step++) {
        await takeStep(ledger, step);
        if (step % 3 === 0) await ledger.flush();
      }
    })();
    let before = 0;
    let looks = 0;
    while (ledger.durableStep < 120) {
      const durable = ledger.durableStep;
      const seen = durable === 0 ? [] : await stepsIn();
      expect(seen).toEqual(Array.from({ length: seen.length }, (_, at) => at + 1));
      expect(seen.length).toBeGreaterThanOrEqual(Math.max(before, durable));
      before = seen.length;
      looks++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writing;
    expect(looks).toBeGreaterThan(2);
    await ledger.close();
  });

  it("still sees the steps of then when their segments were sealed since, and says when they were dropped", async () => {
    const first = await openSmall(folder, { cut: { segmentBytes: 1, sealed: false } });
    await takeSteps(first, 1, 3);
    const position = first.position();
    await first.close();
    const reader = await openLedgerReader(quickFiles, folder);
    const resume = { position, pages: join(folder, "none") };
    const second = await openSmall(folder, { resume, options: { ...options, retainSteps: 1 } });
    await takeSteps(second, 4, 5);
    await second.flush();
    const steps = async (...range: number[]): Promise<number[]> =>
      (await collect(reader.observations(...range))).map(({ step }) => step[0]!);
    await second.close();
    expect(readdirSync(folder).filter((name) => name.startsWith("segment"))).toEqual([]);
    expect(await steps()).toEqual([1, 2, 3]);
    const batches = await collect(reader.batches(["step"]));
    expect(batches.flatMap(({ step }) => [...step])).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
    expect([reader.firstStep, reader.lastStep]).toEqual([1, 3]);

    const old = await openLedgerReader(quickFiles, folder);
    const resumed = { position: old.positionOf(5)!, pages: join(folder, "none") };
    const third = await openSmall(folder, { resume: resumed, options: { ...options, retainSteps: 3 } });
    third.dropOld(null);
    await third.close();
    expect(await rejection(collect(old.observations()))).toBe(
      `LedgerError: steps 1 … 1 were dropped from the log, as ledger.retainSteps asked (ledger.retainSteps, ${join(folder, "sealed-000001.arrows")})`,
    );
    expect(await rejection(collect(reader.batches(["loss"], 2)))).toContain("steps 2 … 2 were dropped");
    expect(await steps(3)).toEqual([3]);
    const now = await openLedgerReader(quickFiles, folder);
    expect([now.firstStep, now.lastStep]).toEqual([3, 5]);
    expect((await collect(now.steps())).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
  });

  it("passes over what is behind the last whole line", async () => {
    const ledger = await openSmall(folder);
    await takeSteps(ledger, 1, 2);
    await ledger.close();
    appendFileSync(join(folder, "journal.jsonl"), '{"kind":"st');
    appendFileSync(join(folder, "segment-000001.arrows"), "rows on their way");
    const reader = await openLedgerReader(quickFiles, folder);
    expect([reader.tornBytes, await stepsIn()]).toEqual([11, [1, 2]]);
  });

  it("gives mixture weights set from outside", async () => {
    const ledger = await openSmall(folder);
    const { crc } = ledger.position();
    await ledger.close();
    const line = { kind: "mixture", step: 7, weights: { book: 1 } } as const;
    appendFileSync(join(folder, "journal.jsonl"), encodeLine(line, crc).bytes);
    const reader = await openLedgerReader(quickFiles, folder);
    expect(await collect(reader.mixtures())).toEqual([line]);
  });

  it("refuses a folder without a ledger, and a branch that is not there", async () => {
    expect(await rejection(openLedgerReader(quickFiles, folder))).toBe(
      `LedgerError: there is no ledger here (${join(folder, "journal.jsonl")})`,
    );
    await (await openSmall(folder)).close();
    expect(await rejection(openLedgerReader(quickFiles, folder, 3))).toContain(
      "branch 3 is not in the journal",
    );
  });

  it("names file and step of any altered byte of the log", async () => {
    const ledger = await openSmall(folder, { cut: { sealed: false } });
    await takeSteps(ledger, 1, 3, { rows: 2 });
    await ledger.close();
    const contents = new Map<string, Uint8Array>();
    for (const name of readdirSync(folder).filter((name) => /journal|segment/.test(name)))
      contents.set(join("/l", name), readFileSync(join(folder, name)));
    const bytes = contents.get("/l/segment-000001.arrows")!;
    const files = createFilesInMemory(contents);
    const reader = await openLedgerReader(files, "/l");
    const ends = (await collect(reader.steps())).map(({ end }) => end);
    const wrong: string[] = [];
    for (let at = 0; at < bytes.length; at++) {
      bytes[at]! ^= 32;
      const step = 1 + ends.filter((end) => end <= at).length;
      const message = await rejection(collect(reader.observations()));
      const start = step === 1 ? 0 : ends[step - 2];
      const isNamed =
        message.startsWith(`LedgerError: the rows of step ${step} must have the checksum`) &&
        message.endsWith(`(/l/segment-000001.arrows, offset ${start})`);
      if (!isNamed) wrong.push(`byte ${at}: ${message}`);
      bytes[at]! ^= 32;
    }
    expect(wrong).toEqual([]);
    console.log(`log altered at each of ${bytes.length} bytes`);
  });
});

describe("a raw segment", () => {
  it("is an Arrow stream that apache-arrow opens, one batch a step", async () => {
    const ledger = await openSmall(folder, { cut: { sealed: false } });
    await takeSteps(ledger, 1, 4, { rows: 5 });
    await ledger.close();
    const table = tableFromIPC(readFileSync(join(folder, "segment-000001.arrows")));
    expect(table.batches.map(({ numRows }) => numRows)).toEqual([5, 5, 5, 5]);
    expect([...table.getChild("step")!]).toEqual(
      [1, 2, 3, 4].flatMap((step) => Array.from({ length: 5 }, () => step)),
    );
    expect([...table.getChild("loss")!]).toEqual([1, 2, 3, 4].flatMap((step) => [...lossesOf(step, 5)]));
    expect([...table.getChild("trained")!]).toEqual(Array.from({ length: 20 }, () => true));
  });
});
