/** @file `counterweight engines`: what can compute on this machine, whether it does so rightly and how fast, and how to add what is missing. */
import { Command } from "commander";

import { EngineError } from "../errors.ts";
import { createFiles } from "../files.ts";
import { candidates } from "../study/engines/candidates.ts";
import type { BenchSize } from "../study/engines/engine-probe.ts";
import { installTensorflow } from "../study/engines/install-tensorflow.ts";
import { type EngineFindings, surveyEngines } from "../study/engines/survey.ts";
import { type Asked, enginesTable } from "./engines-table.ts";
import { createProgressLine } from "./progress-line.ts";

interface EnginesOptions {
  readonly check?: boolean;
  readonly bench?: boolean;
}

const BUDGET_MS = 5000;
const LIMIT_MS = 60_000;

/** About 1 M and 6 M parameters. */
const benchSizes: readonly BenchSize[] = [
  {
    sizes: { layers: 4, heads: 4, width: 128, context: 128, vocabSize: 1024, biases: true },
    rows: 16,
  },
  {
    sizes: { layers: 6, heads: 8, width: 256, context: 256, vocabSize: 4096, biases: true },
    rows: 8,
  },
];

/** What a GPU takes; said where TensorFlow runs without one. */
const gpuNote =
  "an NVIDIA GPU is used by tfjs tensorflow through npm i @tensorflow/tfjs-node-gpu (CUDA 11.2, cuDNN 8.1, Node before 23), by onnx webgpu through its Vulkan driver\n";

const list = async ({ check = false, bench = false }: EnginesOptions): Promise<void> => {
  const asked: Asked = { check, sizes: bench ? benchSizes : [], limitMs: LIMIT_MS };
  const line = createProgressLine();
  const findings: EngineFindings[] = [];
  const asking = candidates();
  line.update(() => `asking ${asking[0]!.name}`);
  for await (const found of surveyEngines(asking, { ...asked, budgetMs: BUDGET_MS })) {
    findings.push(found);
    const next = asking[findings.length];
    if (next !== undefined) line.update(() => `asking ${next.name}`);
  }
  line.end();
  const onGpu = findings.some(({ found }) => found?.name.endsWith(", gpu") ?? false);
  process.stdout.write(`${enginesTable(findings, asked)}${onGpu ? "" : `\n${gpuNote}`}`);
  const wrong = findings.filter(({ found, problem }) => found !== null && problem !== null);
  if (wrong.length > 0)
    throw new EngineError(
      `${wrong.map(({ candidate }) => candidate.name).join(", ")} must not be used: see above`,
      {
        hint: "install it anew, or report it with the lines above",
      },
    );
};

const install = async (): Promise<void> => {
  const { home, versions, reused } = await installTensorflow({
    files: createFiles(),
    onProgress: (doing) => process.stderr.write(`${doing}\n`),
  });
  process.stdout.write(`${versions} ${reused ? "is installed and works" : "installed"}: ${home}\n`);
};

/** The command. */
export const enginesCommand = (): Command => {
  const installing = new Command("install")
    .description("Build TensorFlow for the tfjs engine, from npm and PyPI alone, into your own data folder.")
    .argument("<engine>", "tensorflow", (engine: string) => {
      if (engine === "tensorflow") return engine;
      throw new EngineError(`engine to install must be tensorflow, got "${engine}"`, {
        hint: "the others are npm packages; counterweight engines names them",
      });
    })
    .exitOverride()
    .action(install);
  return new Command("engines")
    .description("List what can compute on this machine, and how to add what is missing.")
    .option("--check", "test each engine's gradients against finite differences")
    .option("--bench", "time a training step of each at two sizes")
    .addCommand(installing)
    .action(list);
};
