/** Readers beside a writer in a process of its own, which seals, drops, goes back and is killed: they see whole commits only. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { LedgerError } from "../../src/errors.ts";
import { createFiles } from "../../src/files.ts";
import { type Observations, columnNames } from "../../src/ledger/log/observations.ts";
import { type LedgerReader, openLedgerReader } from "../../src/ledger/reader.ts";
import { hash, temporaryFolder } from "../support/ledger-on-disk.ts";
import { contentOf } from "../support/ledger-writer.js";

const isDeep = process.env["CW_DEEP"] === "1";
const files = createFiles();
const script = fileURLToPath(new URL("../support/ledger-writer.js", import.meta.url));

let folder: string;
let remove: () => void;
let child: ChildProcess | null;
beforeEach(() => {
  child = null;
  ({ folder, remove } = temporaryFolder());
});
afterEach(async () => {
  if (child !== null && child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  remove();
});

interface WriterSettings {
  /** Whether every write waits for the disk. */
  readonly synced: boolean;
  readonly retainSteps: number | null;
}

/** A writer that lives: it says after each round how it stands. */
const startWriter = (settings: WriterSettings) => {
  const process_ = spawn(process.execPath, [script, folder, JSON.stringify(settings)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  child = process_;
  const said = { rounds: [] as { branch: number; step: number }[], errors: "" };
  let rest = "";
  process_.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop()!;
    for (const line of lines) said.rounds.push(JSON.parse(line));
  });
  process_.stderr.setEncoding("utf8").on("data", (text: string) => (said.errors += text));
  const isOver = (): boolean => process_.exitCode !== null || process_.signalCode !== null;
  const hasWritten = async (rounds: number): Promise<void> => {
    while (said.rounds.length < rounds && !isOver()) await sleep(5);
    expect(said.errors).toBe("");
  };
  const gone = once(process_, "close");
  return {
    said,
    hasWritten,
    /** Ends it after its round. */
    async end(): Promise<void> {
      process_.stdin.write("end");
      await gone;
      expect([process_.exitCode, said.errors]).toEqual([0, ""]);
    },
    async kill(): Promise<void> {
      process_.kill("SIGKILL");
      await gone;
      expect(process_.signalCode).toBe("SIGKILL");
    },
  };
};

const isSame = (a: ArrayBufferView, b: ArrayBufferView): boolean =>
  Buffer.compare(
    new Uint8Array(a.buffer, a.byteOffset, a.byteLength),
    new Uint8Array(b.buffer, b.byteOffset, b.byteLength),
  ) === 0;

/** What differs between a step as read and as it was written; null where nothing does. */
const difference = (rows: Observations, branch: number, step: number): string | null => {
  const wanted = contentOf(branch, step);
  if (rows.size !== wanted.size) return `step ${step} has ${rows.size} rows, not ${wanted.size}`;
  const isOf = rows.step.every((value) => value === step) && rows.branch.every((value) => value === branch);
  if (!isOf) return `step ${step} of branch ${branch} is called ${rows.step[0]} of ${rows.branch[0]}`;
  for (const name of columnNames) {
    if (name === "step" || name === "branch" || name === "trained") continue;
    if (!isSame(rows[name], wanted[name])) return `step ${step} has another ${name}`;
  }
  const isTrained = wanted.trained.every(
    (bit, slot) => ((rows.trained[slot >> 3]! >> (slot & 7)) & 1) === bit,
  );
  return isTrained ? null : `step ${step} has other trained`;
};

/** Reads steps [from, to), holds them against what the writer writes, and says which there were. */
const readRange = async (reader: LedgerReader, from: number, to: number): Promise<number> => {
  const writers = new Map<number, number>();
  for await (const { step, branch, rows, metrics } of reader.steps()) {
    if (writers.size + 1 !== step) throw new Error(`the record of step ${step} comes ${writers.size + 1}th`);
    if (metrics["content"] !== `${branch}:${step}`) throw new Error(`step ${step} has another's record`);
    if (rows !== contentOf(branch, step).size) throw new Error(`step ${step} says ${rows} rows`);
    writers.set(step, branch);
  }
  if (writers.size !== reader.lastStep)
    throw new Error(`${writers.size} records of ${reader.lastStep} steps`);
  let step = from;
  for await (const rows of reader.observations(from, to)) {
    const found = difference(rows, writers.get(step)!, step);
    if (found !== null) throw new Error(found);
    step++;
    if (hash(step, from) % 64 === 0) await sleep(1); // some readers are slow
  }
  if (step !== to) throw new Error(`steps ${from} … ${to - 1} end at ${step - 1}`);
  step = from;
  let slot = 0;
  for await (const { size, loss, branch } of reader.batches(["loss", "branch"], from, to))
    for (let row = 0; row < size; row++) {
      const content = contentOf(writers.get(step)!, step);
      if (loss[row] !== content.loss[slot] || branch[row] !== writers.get(step))
        throw new Error(`row ${slot} of step ${step} is another in batches`);
      if (++slot < content.size) continue;
      slot = 0;
      step++;
    }
  if (step !== to) throw new Error(`batches of steps ${from} … ${to - 1} end at ${step - 1}`);
  return to - from;
};

/** Readers that open and read the ledger over and over, until told to end. */
const watchLedger = (ledger: string, over: AbortSignal) => {
  const counts = { looks: 0, steps: 0, dropped: 0 };
  const kept: LedgerReader[] = [];
  /** Reads a range; steps that are dropped meanwhile must be said to be, by their number. */
  const readOrHearOfDrop = async (reader: LedgerReader, from: number, to: number): Promise<void> => {
    try {
      counts.steps += await readRange(reader, from, to);
    } catch (error) {
      const dropped = /^steps \d+ … (\d+) were dropped from the log/.exec(
        error instanceof LedgerError ? error.message : "",
      );
      if (dropped === null) throw error;
      const now = await openLedgerReader(files, ledger, reader.branch);
      expect(now.firstStep).toBeGreaterThan(Number(dropped[1]));
      counts.dropped++;
    }
  };
  const look = async (seed: number, before: { branch: number; lastStep: number }): Promise<LedgerReader> => {
    const reader = await openLedgerReader(files, ledger);
    const { branch, lastStep, firstStep } = reader;
    const isBehind = branch < before.branch || (branch === before.branch && lastStep < before.lastStep);
    if (isBehind)
      throw new Error(`step ${lastStep} of branch ${branch} comes after ${JSON.stringify(before)}`);
    const from = firstStep + (hash(seed, 1) % 3) * (Math.max(0, lastStep - firstStep) >> 2);
    await readOrHearOfDrop(reader, from, lastStep + 1);
    const other = await openLedgerReader(files, ledger, hash(seed, 2) % (branch + 1));
    await readOrHearOfDrop(other, Math.max(other.firstStep, other.lastStep - 60), other.lastStep + 1);
    counts.looks++;
    return reader;
  };
  const watch = async (seed: number): Promise<void> => {
    let before = { branch: 0, lastStep: 0 };
    while (!over.aborted) {
      const reader = await look(hash(seed, counts.looks), before);
      before = reader;
      await sleep(2);
      if (kept.length < 4) kept.push(reader);
    }
  };
  return { counts, kept, look, watch };
};

/** Waits until there is a ledger. */
const hasBegun = async (ledger: string, over: AbortSignal): Promise<void> => {
  for (let isThere = false; !isThere && !over.aborted;) {
    await sleep(2);
    isThere = await openLedgerReader(files, ledger).then(
      () => true,
      (error: Error) => {
        expect(error.message).toContain("there is no ledger here");
        return false;
      },
    );
  }
};

/** Lets a writer write `rounds` rounds for each of its lives, all but the last of which a kill ends, with two readers beside it. */
const live = async (settings: WriterSettings, lives: number, rounds: number) => {
  const ledger = join(folder, "ledger");
  const over = new AbortController();
  const { counts, kept, look, watch } = watchLedger(ledger, over.signal);
  const write = async (): Promise<{ branch: number; step: number }> => {
    for (let life = 1; life < lives && !over.signal.aborted; life++) {
      const writer = startWriter(settings);
      await writer.hasWritten(rounds);
      await sleep(hash(life, lives) % 40);
      await writer.kill();
    }
    const writer = startWriter(settings);
    await writer.hasWritten(rounds);
    await writer.end();
    return writer.said.rounds.at(-1)!;
  };
  const writing = write().finally(() => over.abort());
  const reading = hasBegun(ledger, over.signal).then(() => Promise.all([watch(1), watch(2)]));
  const standing = await Promise.all([writing, reading]).then(
    ([last]) => last,
    async (error: unknown) => {
      over.abort();
      await Promise.allSettled([writing, reading]);
      throw error;
    },
  );
  const reader = await look(0, { branch: standing.branch, lastStep: standing.step });
  expect([reader.branch, reader.lastStep]).toEqual([standing.branch, standing.step]);
  await readRange(reader, reader.firstStep, reader.lastStep + 1);
  const names = readdirSync(ledger);
  expect(names.filter((name) => /^segment-\d+\.arrows$/.test(name))).toEqual([]);
  const seals = names.filter((name) => name.startsWith("sealed-")).length;
  return { counts, kept, reader, seals };
};

describe("a ledger read while another process writes it", () => {
  const [lives, rounds] = isDeep ? [10, 6] : [2, 2];

  it.each(isDeep ? ["unsynced", "synced"] : ["unsynced"])(
    "shows whole commits only, whatever was sealed, left behind or torn by a kill meanwhile (%s)",
    async (kind) => {
      const synced = kind === "synced";
      const { counts, kept, reader, seals } = await live({ synced, retainSteps: null }, lives, rounds);
      expect(reader.firstStep).toBe(1);
      expect(reader.branch).toBeGreaterThanOrEqual(2);
      expect(seals).toBeGreaterThan(50);
      expect(counts.looks).toBeGreaterThan(0);
      // Readers of long ago still see the steps of then, though every file has another name by now.
      for (const old of kept) await readRange(old, 1, old.lastStep + 1);
      console.log(
        `${counts.looks} looks at ${counts.steps} steps; ${reader.branch + 1} branches, ${seals} segments sealed`,
      );
    },
    isDeep ? 600_000 : 30_000,
  );

  it(
    "shows what ledger.retainSteps keeps, and says of the rest that it was dropped",
    async () => {
      const { counts, reader } = await live({ synced: false, retainSteps: 60 }, lives, rounds);
      expect(reader.firstStep).toBeGreaterThan(1);
      expect(reader.lastStep - reader.firstStep).toBeGreaterThanOrEqual(59);
      expect(counts.looks).toBeGreaterThan(0);
      console.log(`${counts.looks} looks at ${counts.steps} steps; ${counts.dropped} heard of a drop`);
    },
    isDeep ? 600_000 : 30_000,
  );
});
