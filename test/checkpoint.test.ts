import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import {
  type CheckpointRecord,
  listCheckpoints,
  modelFolderOf,
  pagesFolderOf,
  readCheckpoint,
  removeCheckpointsAfter,
  stepOfCheckpoint,
  writeCheckpoint,
} from "../src/checkpoint.ts";
import { LedgerError } from "../src/errors.ts";
import { type Files, createFiles } from "../src/files.ts";
import { createFailingDisk } from "./support/failing-disk.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-checkpoint-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const record = (step: number): CheckpointRecord => ({
  step,
  corpus: "abc",
  ledger: { branch: 0, step, crc: 7 },
  evaluations: [],
  seconds: 1.5,
  sampler: {
    json: { samplingVersion: 1, step, mixture: {}, streams: [] } as never,
    pools: { "draws-0": Uint8Array.of(step, 2, 3) },
  },
});

const write = (files: Files, step: number, retain = 2): Promise<void> =>
  writeCheckpoint(files, folder, record(step), retain, {
    trainer: (inside) => files.write(join(inside, "weights"), `w${step}`),
    pages: (inside) => files.write(join(inside, "pages"), `p${step}`),
  });

describe("a checkpoint", () => {
  it("comes back as it was written, with the folders of trainer and ledger", async () => {
    const files = createFiles();
    await write(files, 3);
    const checkpoint = await readCheckpoint(files, folder, "latest");
    expect(checkpoint).toMatchObject({ ...record(3), sampler: { json: record(3).sampler.json } });
    expect([...checkpoint!.sampler.pools["draws-0"]!]).toEqual([3, 2, 3]);
    expect(await files.readText(join(modelFolderOf(checkpoint!.folder), "weights"))).toBe("w3");
    expect(await files.readText(join(pagesFolderOf(checkpoint!.folder), "pages"))).toBe("p3");
  });

  it("has its step in its folder's name", async () => {
    const files = createFiles();
    await write(files, 3);
    expect(readdirSync(folder).map(stepOfCheckpoint)).toEqual([3]);
    expect(["step-3", "step-000000003.partial-1", "model"].map(stepOfCheckpoint)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("of the newest steps is kept, older ones go", async () => {
    const files = createFiles();
    for (const step of [1, 2, 10, 100]) await write(files, step);
    expect(await listCheckpoints(files, folder)).toEqual([10, 100]);
    expect((await readCheckpoint(files, folder, 10))!.step).toBe(10);
  });

  it("of a step that is not there is refused by name", async () => {
    const files = createFiles();
    await write(files, 4);
    const error = (await readCheckpoint(files, folder, 5).catch((e: unknown) => e)) as LedgerError;
    expect(error.message).toBe(`there is no checkpoint of step 5 (${folder})`);
    expect(error.hint).toBe("checkpoints are there of steps 4");
    expect(await readCheckpoint(files, join(folder, "none"), "latest")).toBeUndefined();
  });

  it("that is damaged or of another format is refused by name", async () => {
    const files = createFiles();
    await write(files, 4);
    const path = join(folder, "step-000000004", "checkpoint.json");
    writeFileSync(path, "{");
    await expect(readCheckpoint(files, folder, "latest")).rejects.toThrow(
      `the checkpoint cannot be read (${path})`,
    );
    writeFileSync(path, JSON.stringify({ formatVersion: 99 }));
    await expect(readCheckpoint(files, folder, "latest")).rejects.toThrow(
      "format is 99, this version reads 1",
    );
  });

  it("after a step rolled back to is removed", async () => {
    const files = createFiles();
    for (const step of [1, 2, 3]) await write(files, step, 9);
    await removeCheckpointsAfter(files, folder, 1);
    expect(await listCheckpoints(files, folder)).toEqual([1]);
  });

  it.each(["ENOSPC", "stop"] as const)(
    "is there whole or not at all, and the one before stays, when the disk fails at any operation (%s)",
    async (how) => {
      const whole = createFailingDisk({ at: Infinity });
      await write(createFiles(), 1);
      await write(createFiles(whole), 2);
      rmSync(join(folder, "step-000000002"), { recursive: true });
      const operations = whole.operations.length;
      let cut = 0;
      for (let at = 1; at <= operations; at++) {
        const disk = createFailingDisk({ at, lasts: how === "stop" ? "stop" : "forever", tornShare: 0.5 });
        const writing = write(createFiles(disk), 2).then(
          () => "done",
          () => "failed",
        );
        const outcome = await Promise.race([
          writing,
          new Promise((resolve) => setTimeout(() => resolve("stopped"), how === "stop" ? 40 : 5000)),
        ]);
        const files = createFiles();
        const newest = (await readCheckpoint(files, folder, "latest"))!;
        expect([1, 2]).toContain(newest.step);
        expect(await files.readText(join(modelFolderOf(newest.folder), "weights"))).toBe(`w${newest.step}`);
        expect(existsSync(join(folder, "step-000000001"))).toBe(true);
        if (newest.step === 1) cut++;
        if (outcome === "done") expect(newest.step).toBe(2);
        await files.remove(join(folder, "step-000000002"));
      }
      expect(cut).toBeGreaterThan(10);
      await write(createFiles(), 2);
      expect(readdirSync(folder)).toEqual(["step-000000001", "step-000000002"]);
    },
  );
});
