/** @file What the loop's benchmarks share: the quickstart's configuration and corpus, and clocks of the main thread. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

import { readConfig } from "../../dist/config/config.js";
import { createFiles } from "../../dist/files.js";

const here = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The quickstart's configuration without evaluations and checkpoints between its ends; its corpus is made when missing. */
export const quickstartConfig = async (steps) => {
  if (!existsSync(here("data/quickstart/manifest.json")))
    execFileSync(
      process.execPath,
      [here("dist/bin/counterweight.js"), "prepare", here("datasets/quickstart/dataset.yaml")].concat([
        "--out",
        here("data/quickstart"),
      ]),
      { stdio: "inherit" },
    );
  return readConfig(createFiles(), here("pipelines/quickstart.yaml"), [
    `steps=${steps}`,
    "evaluation.everySteps=1000000",
    "evaluation.rows=16",
    "checkpoint.everySteps=1000000",
  ]);
};

/** Milliseconds for which the main thread was on a processor so far; NaN where the system does not say (other than Linux). */
export const mainThreadMs = () => {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return Number.NaN;
  }
};

/** Starts a stretch of time; the function returned ends it: milliseconds in which the event loop was at work, of all, and on a processor. */
export const startStretch = () => {
  const utilisation = performance.eventLoopUtilization();
  const cpu = mainThreadMs();
  return () => {
    const { active, idle } = performance.eventLoopUtilization(utilisation);
    return { activeMs: active, totalMs: active + idle, cpuMs: mainThreadMs() - cpu };
  };
};

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
