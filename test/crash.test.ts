/** A run that is killed and resumed is the run that was left alone: the real command, the real trainer, SIGKILL. */
import { randomInt } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { readConfig } from "../src/config/config.ts";
import { createFiles, temporaryMark } from "../src/files.ts";
import { keyOf, threefry2x32 } from "../src/random.ts";
import { openRun } from "../src/run.ts";
import { startCommand } from "./support/command.ts";
import { readRunContent } from "./support/run-content.ts";
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

  /** Milliseconds after a process started, or after it said that its run is open. */
  type Moment = { readonly after: "start" | "opening"; readonly milliseconds: number };

  /** Lets a run go on, at most to a moment. */
  const live = async (run: string, moment?: Moment) => {
    const { child, ended, says } = startCommand(argumentsOf(run), { cwd: folder });
    let isOpen = false;
    const kill = (after: Moment["after"]): void => {
      if (moment?.after === after) globalThis.setTimeout(() => child.kill("SIGKILL"), moment.milliseconds);
    };
    kill("start");
    const opened = says(run).then(
      () => {
        isOpen = true;
        kill("opening");
      },
      () => undefined, // ended before
    );
    const { code, signal, stderr } = await ended;
    await opened;
    const isKilled = signal === "SIGKILL";
    if (!isKilled && code !== 0) throw new Error(stderr);
    return { isKilled, isOpen, said: stderr };
  };

  /** What a kill inside a checkpoint leaves behind. */
  const tornCheckpoints = (run: string): string[] => {
    const checkpoints = join(folder, run, "checkpoints");
    if (!existsSync(checkpoints)) return [];
    return readdirSync(checkpoints).filter((name) => name.includes(temporaryMark));
  };

  it(
    "losses, draws, weights and parameters are those of the run without a kill, each step once",
    async () => {
      const seed = process.env["CW_CRASH_SEED"] ?? String(randomInt(2 ** 31));
      const key = keyOf(seed, "test", "moments of kills");
      console.log(`CW_CRASH_SEED=${seed}`);

      const started = performance.now();
      const reference = startCommand(argumentsOf("reference"), { cwd: folder });
      await reference.says("reference");
      const opening = performance.now() - started;
      await reference.ended;
      const running = performance.now() - started - opening;
      const expected = await readRunContent(join(folder, "reference"));
      expect(expected.steps).toEqual(Array.from({ length: steps }, (_, index) => index + 1));

      /** The nth kill: every fourth while the run opens, the others in its first half. */
      const momentOf = (kill: number): Moment => {
        const share = threefry2x32(key, kill, 0)[0] / 2 ** 32;
        return kill % 4 === 0
          ? { after: "start", milliseconds: (0.5 + 0.5 * share) * opening }
          : { after: "opening", milliseconds: 0.5 * share * running };
      };
      const counts = {
        kills: 0,
        opening: 0,
        running: 0,
        checkpoints: 0,
        tornJournals: 0,
        abandoned: 0,
        runs: 0,
      };
      while (counts.kills < kills) {
        const run = `killed-${counts.runs++}`;
        const seen = new Set<string>();
        for (let isOver = false; !isOver;) {
          const moment = counts.kills < kills ? momentOf(counts.kills) : undefined;
          const { isKilled, isOpen, said } = await live(run, moment);
          isOver = !isKilled;
          if (said.includes("set aside what a crash had torn")) counts.tornJournals++;
          if (said.includes("stay readable as branch")) counts.abandoned++;
          if (!isKilled) continue;
          counts.kills++;
          counts[isOpen ? "running" : "opening"]++;
          const torn = tornCheckpoints(run);
          if (torn.some((name) => !seen.has(name))) counts.checkpoints++;
          for (const name of torn) seen.add(name);
        }
        expect(await readRunContent(join(folder, run))).toEqual(expected);
      }
      console.log(
        `${counts.kills} kills: ${counts.opening} while a run opened, ${counts.running} while it ran, ` +
          `${counts.checkpoints} of them inside a checkpoint; ${counts.abandoned} resumptions left steps behind, ` +
          `${counts.tornJournals} set a torn end aside; ${counts.runs} runs of ${steps} steps equal to the one without a kill`,
      );
    },
    isDeep ? 600_000 : 120_000,
  );

  it("a run killed and resumed three times is proven by its replay", { timeout: 60_000 }, async () => {
    const run = "thrice";
    const stepsSaid = (): number => {
      const metrics = join(folder, run, "metrics.jsonl");
      return existsSync(metrics) ? readFileSync(metrics, "utf8").split('"loss"').length - 1 : 0;
    };
    for (const step of [30, 70, 110]) {
      const { child, ended } = startCommand(argumentsOf(run), { cwd: folder });
      while (child.exitCode === null && stepsSaid() < step) await setTimeout(5);
      child.kill("SIGKILL");
      expect(await ended).toMatchObject({ signal: "SIGKILL" });
    }
    expect(await live(run)).toMatchObject({ isKilled: false });

    const { stdout, code } = await startCommand(["replay", run, "--verify"], { cwd: folder }).ended;
    expect(code).toBe(0);
    expect(stdout).toContain(`proven: ${steps} steps`);
  });
});

describe.runIf(isDeep)("the state after every step, saved and restored, for every pipeline", () => {
  const pipelines = new URL("../pipelines/", import.meta.url);
  const length = 60;
  const small = {
    text: [
      "model.layers=1",
      "model.heads=2",
      "model.width=16",
      "model.vocabSize=null",
      "training.batchSize=64",
      "evaluation.rows=8",
    ],
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
      if (plain.ledger.reference !== null) {
        const uniform = new URL("uniform.yaml", pipelines).pathname;
        await (await openRun(uniform, { dir: run("reference"), overrides })).start();
        overrides.push(`ledger.reference=${run("reference")}`);
      }
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
