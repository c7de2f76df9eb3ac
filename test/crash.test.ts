/** A run that is killed and resumed is the run that was left alone: the real command, the real trainer, SIGKILL. */
import { randomInt } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { readConfig } from "../src/config/config.ts";
import { createFiles } from "../src/files.ts";
import { keyOf, threefry2x32 } from "../src/random.ts";
import { openRun } from "../src/run.ts";
import { startCommand } from "./support/command.ts";
import { type RunContent, readRunContent } from "./support/run-content.ts";
import { writeTextCorpus } from "./support/text-corpus.ts";

const isDeep = process.env["CW_DEEP"] === "1";
const kills = isDeep ? 100 : 8;
const steps = 150;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-crash-"));
  await writeTextCorpus(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const contentOf = (run: string): Promise<RunContent> => readRunContent(join(folder, run));

describe("SIGKILL at random moments", () => {
  /** 2.5 passes, so that losses have chosen what is drawn; a checkpoint every 7 steps. */
  const settings = [
    `steps=${steps}`,
    "training.batchSize=32",
    "training.learningRate=0.01",
    "checkpoint.everySteps=7",
  ];
  const argumentsOf = (run: string): string[] =>
    existsSync(join(folder, run, "config.json"))
      ? ["train", "--run", run, "--resume"]
      : ["train", "tiny.yaml", "--run", run, ...settings.flatMap((setting) => ["--set", setting])];

  /** Lets a run go on, at most for some milliseconds. */
  const live = async (run: string, milliseconds = Infinity) => {
    const { child, ended } = startCommand(argumentsOf(run), { cwd: folder });
    const timer = milliseconds < Infinity ? setTimeout(() => child.kill("SIGKILL"), milliseconds) : undefined;
    const outcome = await ended;
    clearTimeout(timer);
    const killed = outcome.signal === "SIGKILL";
    if (!killed && outcome.code !== 0) throw new Error(outcome.stderr);
    return { killed, opened: /^(starting|resuming)/m.test(outcome.stderr), said: outcome.stderr };
  };

  it(
    "losses, draws, weights and parameters are those of the run without a kill, each step once",
    async () => {
      const seed = process.env["CW_CRASH_SEED"] ?? String(randomInt(2 ** 31));
      const key = keyOf(seed, "test", "moments of kills");
      console.log(`CW_CRASH_SEED=${seed}`);

      const started = performance.now();
      const reference = startCommand(argumentsOf("reference"), { cwd: folder });
      await reference.says("starting");
      const opening = performance.now() - started;
      await reference.ended;
      const running = performance.now() - started - opening;
      const expected = await contentOf("reference");
      expect(expected.steps).toEqual(Array.from({ length: steps }, (_, index) => index + 1));

      const counts = {
        kills: 0,
        opening: 0,
        running: 0,
        inCheckpoint: 0,
        tornJournal: 0,
        abandoned: 0,
        runs: 0,
      };
      while (counts.kills < kills) {
        const run = `killed-${counts.runs++}`;
        for (let isOver = false; !isOver;) {
          // From shortly before a run opens to well into its steps; after the last kill to the end.
          const share = threefry2x32(key, counts.kills, counts.runs)[0] / 2 ** 32;
          const moment =
            counts.kills < kills ? 0.7 * opening + share * (0.3 * opening + 0.6 * running) : Infinity;
          const { killed, opened, said } = await live(run, moment);
          isOver = !killed;
          counts.tornJournal += said.includes("set aside") ? 1 : 0;
          counts.abandoned += said.includes("stay readable as branch") ? 1 : 0;
          if (!killed) continue;
          counts.kills++;
          counts[opened ? "running" : "opening"]++;
          const checkpoints = join(folder, run, "checkpoints");
          const isTorn =
            existsSync(checkpoints) && readdirSync(checkpoints).some((name) => name.includes(".partial-"));
          counts.inCheckpoint += isTorn ? 1 : 0;
        }
        expect(await contentOf(run)).toEqual(expected);
      }
      console.log(
        `${counts.kills} kills (${counts.opening} while opening, ${counts.running} while running, ` +
          `${counts.inCheckpoint} of them inside a checkpoint), ${counts.abandoned} resumptions left steps behind, ` +
          `${counts.tornJournal} set a torn end aside; ${counts.runs} runs of ${steps} steps equal to the one without a kill`,
      );
    },
    isDeep ? 600_000 : 120_000,
  );
});

describe.runIf(isDeep)("the state after every step, saved and restored, for every pipeline", () => {
  const pipelines = new URL("../pipelines/", import.meta.url);
  const length = 60;
  const small = {
    text: ["model.layers=1", "model.heads=2", "model.width=16", "training.batchSize=64", "evaluation.rows=8"],
    synthetic: ["corpus.instances=2000"],
  };

  it.each(readdirSync(pipelines).filter((name) => name.endsWith(".yaml")))(
    "%s",
    async (name) => {
      const path = new URL(name, pipelines).pathname;
      const plain = await readConfig(createFiles(), path);
      const isText = plain.corpus.kind === "shards";
      const overrides = [
        ...(isText
          ? [...small.text, `corpus.manifest=${join(folder, "corpus/manifest.json")}`]
          : small.synthetic),
        ...(plain.weighing.schedule.kind === "burnIn" ? ["weighing.schedule.steps=6"] : []),
        "engine.threads=1",
        `steps=${length}`,
        "evaluation.everySteps=20",
        "checkpoint.everySteps=1",
        "checkpoint.retain=1000",
      ];
      const run = (kind: string): string => join(folder, `${name}-${kind}`);
      await (await openRun(path, { dir: run("whole"), overrides })).start();
      const expected = await readRunContent(run("whole"));
      for (let step = length - 1; step >= 0; step--) {
        const dir = run(`from-${step}`);
        cpSync(run("whole"), dir, { recursive: true });
        const resumed = await openRun(undefined, {
          dir,
          from: step,
          overrides: ["checkpoint.everySteps=1000"],
        });
        await resumed.start();
        expect(await readRunContent(dir)).toEqual(expected);
        rmSync(dir, { recursive: true });
      }
      console.log(`${name}: ${length} of ${length} resumptions equal to the run without a stop`);
    },
    600_000,
  );
});
