/** @file A small ledger on disk: a corpus of a few blocks, draws and losses that follow from the step alone, and ways to open it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Draws, createDraws } from "../../src/draws.ts";
import { type Disk, type DiskFile, nodeDisk } from "../../src/disk.ts";
import { type Files, createFiles } from "../../src/files.ts";
import { type Ledger, openLedger } from "../../src/ledger/ledger.ts";
import type { LedgerSetup } from "../../src/ledger/ledger-setup.ts";
import type { ProcessIdentity } from "../../src/ledger/lock.ts";

/** Two domains, three shards, four blocks. */
export const smallShards = [
  { domain: 0, blocks: [{ rows: 5 }, { rows: 3 }] },
  { domain: 1, blocks: [{ rows: 4 }] },
  { domain: 0, blocks: [{ rows: 2 }] },
] as const;

/** The blocks of {@link smallShards} as windows name them. */
export const smallBlocks = [
  { shard: 0, firstRow: 0, rows: 5 },
  { shard: 0, firstRow: 5, rows: 3 },
  { shard: 1, firstRow: 0, rows: 4 },
  { shard: 2, firstRow: 0, rows: 2 },
] as const;

const rowsOfShard = [8, 4, 2];
const domainOfShard = [0, 1, 0];

/** A well-mixed uint32 of two numbers. */
export const hash = (a: number, b: number): number => {
  let x = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return (x ^ (x >>> 15)) >>> 0;
};

/** Draws of a step: rows may come twice, as resident draws do. */
export const drawsOf = (step: number, rows = 3): Draws => {
  const draws = createDraws(rows);
  for (let slot = 0; slot < rows; slot++) {
    const shard = hash(step, slot) % 3;
    draws.shard[slot] = shard;
    draws.row[slot] = hash(step, slot + 100) % rowsOfShard[shard]!;
    draws.domain[slot] = domainOfShard[shard]!;
    draws.probability[slot] = (1 + (hash(step, slot + 200) % 15)) / 16;
    draws.base[slot] = 0.25;
  }
  return draws;
};

/** Losses of a step. */
export const lossesOf = (step: number, rows = 3): Float32Array =>
  Float32Array.from({ length: rows }, (_, slot) => 1 + (hash(step, slot + 300) % 4096) / 1024);

export const options = {
  emaAlpha: 0.3,
  maxUncommittedSteps: 64,
  cacheBytes: 2 ** 20,
  retainSteps: null,
  reference: null,
} as const;

/** A process that is gone: another boot of this host each time. */
let boots = 0;
export const deadProcess = (): ProcessIdentity => ({
  host: "here",
  bootId: `boot ${(boots += 1)}`,
  pid: process.pid,
  startTime: null,
});

const leftOpen = new Set<Pick<DiskFile, "close">>();

/** A disk that skips syncs: no test cuts the power, and a killed process loses nothing that it has written. */
export const unsynced: Disk = {
  ...nodeDisk,
  syncFolder: () => Promise.resolve(),
  async openFile(path, mode) {
    const file = await nodeDisk.openFile(path, mode === "create" ? "create" : "keep");
    leftOpen.add(file);
    const close = (): Promise<void> => {
      leftOpen.delete(file);
      return file.close();
    };
    return { ...file, sync: () => Promise.resolve(), close };
  },
};

/** Closes what {@link unsynced} opened and nobody closed, as the system does for a process that was killed. */
export const closeLeftOpen = async (): Promise<void> => {
  for (const file of leftOpen) await file.close();
  leftOpen.clear();
};

/** Files over a disk, whose reads {@link closeLeftOpen} closes, too: for a process that stops while it reads. */
export const createLeftFiles = (disk: Disk): Files => {
  const files = createFiles(disk);
  return {
    ...files,
    async openRead(path) {
      const file = await files.openRead(path);
      leftOpen.add(file);
      const close = (): Promise<void> => {
        leftOpen.delete(file);
        return file.close();
      };
      return { ...file, close };
    },
  };
};

export const quickFiles: Files = createFiles(unsynced);

/** A new folder, and its removal. */
export const temporaryFolder = (): { folder: string; remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), "counterweight-ledger-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
};

/** Opens the small ledger of a folder; what is not said is usual. */
export const openSmall = (folder: string, more: Partial<LedgerSetup> = {}): Promise<Ledger> =>
  openLedger({
    files: quickFiles,
    folder,
    shards: smallShards,
    lag: 1,
    options,
    identity: deadProcess(),
    ...more,
  });

/** Takes a ledger through one step as the loop does. */
export const takeStep = async (ledger: Ledger, step: number, { rows = 3, lag = 1 } = {}): Promise<void> => {
  await ledger.applyThrough(step - lag - 1);
  ledger.expect(step, drawsOf(step, rows));
  ledger.report(step, lossesOf(step, rows));
  await ledger.commit(step, {
    weights: new Float64Array(rows).fill(1 / rows),
    metrics: { gamma: step / 8 },
  });
};

/** Takes a ledger through the steps `first` … `last`. */
export const takeSteps = async (ledger: Ledger, first: number, last: number, how = {}): Promise<void> => {
  for (let step = first; step <= last; step++) await takeStep(ledger, step, how);
};

/** What a promise was rejected with: class and message. */
export const rejection = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "nothing was thrown",
    (thrown: unknown) => (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : "no error"),
  );

/** Everything that an async iterable gives. */
export const collect = async <T>(values: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
};
