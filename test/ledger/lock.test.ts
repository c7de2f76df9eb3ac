import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createFiles } from "../../src/files.ts";
import { type ProcessIdentity, acquireLock, readProcessIdentity } from "../../src/ledger/lock.ts";
import { createFailingDisk } from "../support/failing-disk.ts";
import { rejection, temporaryFolder } from "../support/ledger-on-disk.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(() => remove());

const files = createFiles();
const built = (module: string): string => fileURLToPath(new URL(`../../dist/${module}`, import.meta.url));
const self = (): Promise<ProcessIdentity> => readProcessIdentity(files);
const ownerNow = () => JSON.parse(readFileSync(join(folder, "lock", "owner.json"), "utf8"));

describe("the lock", () => {
  it("names host, boot, process and its start", async () => {
    const identity = await self();
    expect(identity).toMatchObject({ host: hostname(), pid: process.pid });
    const lock = await acquireLock(files, folder, { identity });
    expect(ownerNow()).toMatchObject(identity);
    await lock.release();
    expect(readdirSync(folder)).toEqual(["lock.past"]);
    await acquireLock(files, folder, { identity });
    expect(ownerNow()).toMatchObject(identity);
  });

  it("refuses a second writer while the first lives, by its pid", async () => {
    await acquireLock(files, folder, { identity: await self() });
    const refused = acquireLock(files, folder, { identity: await self(), stealLock: true });
    expect(await rejection(refused)).toBe(
      `LedgerError: the ledger is being written by process ${process.pid} (${join(folder, "lock")})`,
    );
  });

  it.each([
    ["of another boot", { bootId: "before" }],
    ["whose number is not in use", { pid: 2 ** 22 + 1 }],
    ["whose number another process got", { startTime: "1" }],
  ])("is taken over from a process %s", async (_, difference) => {
    const identity = await self();
    await acquireLock(files, folder, { identity: { ...identity, ...difference } });
    const dead = ownerNow().token;
    await acquireLock(files, folder, { identity });
    expect(ownerNow().pid).toBe(process.pid);
    expect(readdirSync(join(folder, "lock.past"))).toEqual([dead]);
  });

  it("is kept for a process of another host until told otherwise", async () => {
    const identity = await self();
    await acquireLock(files, folder, { identity: { ...identity, host: "elsewhere", pid: 7 } });
    const thrown = await acquireLock(files, folder, { identity }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      problem: "the ledger is locked by process 7 on host elsewhere",
      hint: "if nothing runs there any more, take it over with --steal-lock",
    });
    await acquireLock(files, folder, { identity, stealLock: true });
    expect(ownerNow().host).toBe(hostname());
  });

  it("is had by one of many that come at once, also over a dead owner's", async () => {
    const identity = await self();
    await acquireLock(files, folder, { identity: { ...identity, bootId: "before" } });
    for (let round = 0; round < 5; round++) {
      const attempts = Array.from({ length: 8 }, () => acquireLock(files, folder, { identity }));
      const outcomes = await Promise.allSettled(attempts);
      const won = outcomes.filter((outcome) => outcome.status === "fulfilled");
      expect(won.length).toBe(1);
      for (const outcome of outcomes)
        expect(outcome.status === "fulfilled" || outcome.reason.name).toBeOneOf([true, "LedgerError"]);
      await won[0]!.value.release();
    }
  });

  it("cannot be taken away by one who read it long ago", async () => {
    const identity = await self();
    await acquireLock(files, folder, { identity: { ...identity, bootId: "before" } });
    const late = createFiles(createFailingDisk({ at: Infinity }));
    // The late one reads the dead owner, then a quick one takes over, before the late one's rename.
    const quick: Promise<unknown>[] = [];
    const slow = {
      ...late,
      move: async (from: string, to: string) => {
        if (quick.length === 0) quick.push(acquireLock(files, folder, { identity }));
        await Promise.all(quick);
        return late.move(from, to);
      },
    };
    expect(await rejection(acquireLock(slow, folder, { identity }))).toContain("is being written by process");
    expect(await Promise.all(quick)).toHaveLength(1);
  });

  it("of unreadable content, or that names nobody, must be looked at by a person", async () => {
    const identity = await self();
    mkdirSync(join(folder, "lock"));
    writeFileSync(join(folder, "lock", "owner.json"), "{");
    expect(await rejection(acquireLock(files, folder, { identity }))).toBe(
      `LedgerError: the ledger's lock does not name its owner (${join(folder, "lock", "owner.json")})`,
    );
    remove();
    mkdirSync(join(folder, "lock", "something else"), { recursive: true });
    expect(await rejection(acquireLock(files, folder, { identity }))).toBe(
      `LedgerError: the ledger's lock cannot be taken and names no owner (${join(folder, "lock")})`,
    );
  });

  it("says why the disk refuses", async () => {
    const disk = createFailingDisk({ at: 1, errno: "EROFS", of: ["openFile"] });
    expect(await rejection(acquireLock(createFiles(disk), folder, { identity: await self() }))).toMatch(
      /^StorageError: cannot write owner\.json \(.*, write, EROFS\)$/,
    );
  });

  it("of a process that was killed is taken over", async () => {
    const script = `
      const [files, lock] = await Promise.all([import(process.argv[1]), import(process.argv[2])]);
      const disk = files.createFiles();
      await lock.acquireLock(disk, process.argv[3], { identity: await lock.readProcessIdentity(disk) });
      console.log("held");
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, [
      "--input-type=module",
      "-e",
      script,
      built("files.js"),
      built("ledger/lock.js"),
      folder,
    ]);
    await once(child.stdout, "data");
    const identity = await self();
    expect(await rejection(acquireLock(files, folder, { identity }))).toContain(
      `is being written by process ${child.pid}`,
    );
    child.kill("SIGKILL");
    await once(child, "exit");
    await acquireLock(files, folder, { identity });
    expect(ownerNow().pid).toBe(process.pid);
  });
});
