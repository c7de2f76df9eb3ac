import * as fc from "fast-check";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { readOutline } from "../../../src/ledger/journal/outline.ts";
import {
  openSmall,
  options,
  quickFiles,
  rejection,
  takeSteps,
  temporaryFolder,
} from "../../support/ledger-on-disk.ts";
import { anyLog, layLog } from "../../support/log-in-memory.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(() => remove());

const bytesOf = (prefix: string): number =>
  readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

describe("the outline of a ledger", () => {
  it("says what each branch wrote, and how far the live one consists of it", () => {
    const branchLine = { kind: "branch", formatVersion: 1, emaAlpha: 0.3 } as const;
    const log = layLog([
      { segments: [[1, 1, 1, 1, 1]] },
      { parent: 0, from: 3, segments: [[1, 1]] },
      { parent: 0, from: 2, segments: [[1, 1, 1]] },
      { parent: 2, from: 5, segments: [] },
    ]);
    log.tell({ ...branchLine, branch: 4, parent: 0, step: 2 });
    log.contents.set("/l/journal.jsonl", log.journal());
    return expect(readOutline(log.files, log.folder)).resolves.toMatchObject({
      lastStep: 2,
      branches: [
        { branch: 0, stepStart: 1, stepEnd: 6, liveEnd: 3 },
        { branch: 1, stepStart: 4, stepEnd: 6, liveEnd: 4 },
        { branch: 2, stepStart: 3, stepEnd: 6, liveEnd: 3 },
        { branch: 3, stepStart: 6, stepEnd: 6, liveEnd: 6 },
        { branch: 4, stepStart: 3, stepEnd: 3, liveEnd: 3 },
      ],
    });
  });

  it("has each step of the live branch in one place, whatever went back where", async () => {
    await fc.assert(
      fc.asyncProperty(anyLog, async (plan) => {
        const log = layLog(plan);
        log.contents.set("/l/journal.jsonl", log.journal());
        const { lastStep, branches, raw } = await readOutline(log.files, log.folder);
        const live = branches.flatMap(({ branch, stepStart, liveEnd }) =>
          Array.from({ length: liveEnd - stepStart }, (_, at) => ({ step: stepStart + at, branch })),
        );
        const wanted = Array.from({ length: lastStep }, (_, at) => ({
          step: at + 1,
          branch: log.history.writerOf(plan.length - 1, at + 1),
        }));
        expect(live.toSorted((a, b) => a.step - b.step)).toEqual(wanted);
        const lengths = branches.map(({ stepStart, stepEnd }) => stepEnd - stepStart);
        expect(lengths).toEqual(plan.map(({ segments }) => segments.flat().length));
        expect(raw.segments).toBe(plan.reduce((sum, { segments }) => sum + segments.length, 0));
      }),
    );
  });

  it("counts raw, sealed and dropped segments, and the bytes on the disk", async () => {
    const cut = { segmentBytes: 1, sealed: false };
    const first = await openSmall(folder, { cut });
    await takeSteps(first, 1, 4);
    const position = first.position();
    await first.close();
    const bytes = { segments: 4, bytes: bytesOf("segment") };
    const journalBytes = bytesOf("journal");
    const nothing = { segments: 0, bytes: 0 };
    const rest = { lastStep: 4, firstStep: 1, dropped: 0, journalBytes, tornBytes: 0 };
    expect(await readOutline(quickFiles, folder)).toMatchObject({ ...rest, raw: bytes, sealed: nothing });

    const resume = { position, pages: join(folder, "none") };
    const second = await openSmall(folder, { resume, options: { ...options, retainSteps: 1 } });
    await takeSteps(second, 5, 6);
    await second.flush();
    second.dropOld(6);
    await second.close();
    const sealed = { segments: 1, bytes: bytesOf("sealed") };
    expect(await readOutline(quickFiles, folder)).toMatchObject({
      lastStep: 6,
      firstStep: 5,
      dropped: 4,
      raw: nothing,
      sealed,
      journalBytes: bytesOf("journal"),
    });
  });

  it("sees what is torn, and where there is nothing", async () => {
    const path = join(folder, "journal.jsonl");
    const refusal = `LedgerError: there is no ledger here (${path})`;
    expect(await rejection(readOutline(quickFiles, folder))).toBe(refusal);
    await (await openSmall(folder)).close();
    const journalBytes = readFileSync(path).length;
    expect(await readOutline(quickFiles, folder)).toMatchObject({ lastStep: 0, firstStep: 1, journalBytes });
    await quickFiles.openAppend(path).then(async (file) => {
      await file.append(Buffer.from('{"kind":"st'));
      await file.close();
    });
    expect(await readOutline(quickFiles, folder)).toMatchObject({ journalBytes, tornBytes: 11 });
  });
});
