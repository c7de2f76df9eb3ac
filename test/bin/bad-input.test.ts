/** Every mistake a user can make, through the real command: what is said, where, how to mend it, and the exit code. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { readManifest, writeManifest } from "../../src/corpus/manifest-file.ts";
import { createManifest } from "../../src/corpus/manifest.ts";
import { createFiles } from "../../src/files.ts";
import { type Ended, runCommand, startCommand } from "../support/command.ts";
import { copyPackage } from "../support/package-copy.ts";
import { textDataset, textPipeline, writeTextCorpus } from "../support/text-corpus.ts";

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-bad-input-"));
  await writeTextCorpus(folder);
  const { code, stderr } = await runCommand(["train", "tiny.yaml", "--run", "run"], { cwd: folder });
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const copyOf = (what: string, name: string): string => {
  cpSync(at(what), at(name), { recursive: true });
  return name;
};

/** What a user sees of a mistake: `error` is the message with its place. */
interface Refusal {
  readonly code: number | null;
  readonly error: unknown;
  readonly hint: unknown;
}

/** Equals a string that is as the pattern says from end to end. */
const like = (pattern: RegExp): unknown => expect.stringMatching(new RegExp(`^(?:${pattern.source})$`));

const lineOf = (stderr: string, start: string): string =>
  stderr
    .split("\n")
    .find((line) => line.startsWith(start))
    ?.slice(start.length) ?? `nothing in: ${stderr}`;

/** What was said; anything that a user must not see is added, so that no refusal equals it. */
const refusalOf = ({ code, stdout, stderr }: Ended): Refusal => ({
  code,
  error: lineOf(stderr, "error: "),
  hint: lineOf(stderr, "hint:  "),
  ...(stdout !== "" && { stdout }),
  ...(/^ {4}at /m.test(stderr) && { stack: stderr }),
});

const outcomeOf = async (args: readonly string[]): Promise<Refusal> =>
  refusalOf(await runCommand(args, { cwd: folder }));

const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return name;
};

describe("prepare", () => {
  const prepare = (dataset: string, out = "out"): string[] => ["prepare", dataset, "--out", out];

  it.each<[string, string, Refusal]>([
    [
      "a misspelt key",
      textDataset.replace("heldOut:", "heldout:"),
      {
        code: 2,
        error: "heldout is not a key that a dataset file knows (heldout, dataset-x.yaml:4)",
        hint: "check its spelling, or remove it",
      },
    ],
    [
      "a value out of bounds",
      textDataset.replace("heldOut: 0.1", "heldOut: 0.9"),
      {
        code: 2,
        error: "heldOut must be <=0.5, got 0.9 (heldOut, dataset-x.yaml:4)",
        hint: "edit heldOut",
      },
    ],
    [
      "a missing text",
      textDataset.replace("code.jsonl", "coed.jsonl"),
      {
        code: 2,
        error: "input file coed.jsonl does not exist (domains.code.files.0, dataset-x.yaml:8)",
        hint: "check the path",
      },
    ],
  ])("%s", async (_name, content, refusal) => {
    expect(await outcomeOf(prepare(write("dataset-x.yaml", content)))).toEqual(refusal);
  });

  it("a dataset file that is not there", async () =>
    expect(await outcomeOf(prepare("none.yaml"))).toEqual({
      code: 2,
      error: "the dataset file does not exist (none.yaml)",
      hint: "check the path",
    }));

  it("too few documents", async () => {
    const few = readFileSync(at("code.jsonl"), "utf8").split("\n").slice(0, 5).join("\n");
    write("few.jsonl", few);
    expect(
      await outcomeOf(prepare(write("few.yaml", textDataset.replace("code.jsonl", "few.jsonl")))),
    ).toEqual({
      code: 2,
      error: "number of documents in domain code must be at least 20, got 5 (domains.code, few.yaml:8)",
      hint: "add texts, or join it with another domain",
    });
  });

  it("a text that is not UTF-8, by file and offset", async () => {
    const text = readFileSync(at("code.jsonl"));
    write("latin.jsonl", Buffer.concat([text, Buffer.from('{"text":"caf\xe9"}\n', "latin1")]));
    expect(
      await outcomeOf(prepare(write("latin.yaml", textDataset.replace("code.jsonl", "latin.jsonl")))),
    ).toEqual({
      code: 2,
      error: `text must be UTF-8, got byte 0xe9 (${at("latin.jsonl")}, offset ${text.byteLength + 12})`,
      hint: "convert the file, e.g. with `iconv -t UTF-8`, or leave it out of the dataset",
    });
  });

  it("a folder that cannot be written", async () =>
    expect(await outcomeOf(prepare("dataset.yaml", "tiny.yaml/corpus"))).toEqual({
      code: 6,
      error: "cannot create folder train (tiny.yaml/corpus/train, create folder, ENOTDIR)",
      hint: "a part of this path is a file; choose another folder",
    }));
});

describe("train: the pipeline", () => {
  it.each<[string, string, Refusal]>([
    [
      "a misspelt key",
      textPipeline.replace("batchSize", "batchSzie"),
      {
        code: 2,
        error: "training.batchSzie is not a key that a pipeline knows (training.batchSzie, bad.yaml:7)",
        hint: "did you mean batchSize?",
      },
    ],
    [
      "a required key, misspelt",
      textPipeline.replace("steps:", "step:"),
      {
        code: 2,
        error: "step is not a key that a pipeline knows (step, bad.yaml:2)",
        hint: "did you mean steps?",
      },
    ],
    [
      "a missing key",
      textPipeline.replace(/^steps.*\n/m, ""),
      { code: 2, error: "steps must be a number, got nothing (steps, bad.yaml)", hint: "add steps" },
    ],
    [
      "a wrong value",
      textPipeline.replace("steps: 12", "steps: twelve"),
      {
        code: 2,
        error: 'steps must be a number, got "twelve" (steps, bad.yaml:2)',
        hint: "give another value, in the file or by --set steps=…",
      },
    ],
    [
      "a value out of bounds",
      textPipeline.replace("importance }", "importance, keep: 1.5 }"),
      {
        code: 2,
        error: "sampler.keep must be at most 1, got 1.5 (sampler.keep, bad.yaml:5)",
        hint: "give another value, in the file or by --set sampler.keep=…",
      },
    ],
    [
      "not YAML",
      textPipeline.replace("{ layers", "{{ layers"),
      {
        code: 2,
        error: like(/the pipeline file is not YAML: .* \(bad\.yaml:\d\)/),
        hint: "mind indentation, and quote values that hold ': '",
      },
    ],
  ])("%s", async (_name, content, refusal) => {
    expect(await outcomeOf(["train", write("bad.yaml", content), "--run", "x"])).toEqual(refusal);
  });

  it("a file that is not there", async () =>
    expect(await outcomeOf(["train", "none.yaml"])).toEqual({
      code: 2,
      error: "the pipeline file does not exist (none.yaml)",
      hint: "check the path",
    }));

  it("an override that is none", async () =>
    expect(await outcomeOf(["train", "tiny.yaml", "--run", "x", "--set", "sampler.keep"])).toEqual({
      code: 2,
      error: '--set must be key.path=value, got "sampler.keep"',
      hint: "e.g. --set sampler.keep=0.5",
    }));

  it("a run folder that cannot be written", async () =>
    expect(await outcomeOf(["train", "tiny.yaml", "--run", "tiny.yaml/x"])).toEqual({
      code: 6,
      error: "cannot create folder ledger (tiny.yaml/x/ledger, create folder, ENOTDIR)",
      hint: "a part of this path is a file; choose another folder",
    }));
});

describe("train: the corpus", () => {
  let corpora = 0;
  /** Trains on a copy of the corpus after `damage` was done to it. */
  const outcomeWith = async (damage: (corpus: string) => void | Promise<void>): Promise<Refusal> => {
    const corpus = copyOf("corpus", `corpus-${++corpora}`);
    await damage(at(corpus));
    const manifest = `corpus.manifest=${join(corpus, "manifest.json")}`;
    return outcomeOf(["train", "tiny.yaml", "--run", `run-${corpus}`, "--steps", "400", "--set", manifest]);
  };
  const shard = "train/novel-00000.parquet";
  const again = "put the original shard back, or prepare the corpus again";
  const flipByte = (path: string, offset: number): void => {
    const bytes = readFileSync(path);
    bytes[offset]! ^= 1;
    writeFileSync(path, bytes);
  };

  it("a manifest that is not there", async () =>
    expect(await outcomeWith((corpus) => rmSync(join(corpus, "manifest.json")))).toEqual({
      code: 2,
      error: like(/the corpus' manifest does not exist \(corpus\.manifest, .*manifest\.json\)/),
      hint: "check the path, or make the corpus with `counterweight prepare`; a run whose corpus has moved is read by --corpus",
    }));

  it("a shard that is not there", async () =>
    expect(await outcomeWith((corpus) => rmSync(join(corpus, shard)))).toEqual({
      code: 3,
      error: `cannot open the file (${shard}, open, ENOENT)`,
      hint: "put the file back, or prepare the corpus again",
    }));

  it("a truncated shard", async () =>
    expect(await outcomeWith((corpus) => truncateSync(join(corpus, shard), 30_000))).toEqual({
      code: 3,
      error: like(new RegExp(`the shard must be \\d+ bytes, got 30000 \\(${shard}\\)`)),
      hint: again,
    }));

  it("a shard with another footer", async () =>
    expect(
      await outcomeWith((corpus) => flipByte(join(corpus, shard), statSync(join(corpus, shard)).size - 20)),
    ).toEqual({
      code: 3,
      error: `the shard was altered: its footer is not the one that the manifest names (${shard})`,
      hint: again,
    }));

  it("one byte of a token page, by block", async () =>
    expect(await outcomeWith((corpus) => flipByte(join(corpus, shard), 30_000))).toEqual({
      code: 3,
      error: like(
        new RegExp(`checksum of the block must be \\w+, got "\\w+" \\(${shard}, block 3, row 837\\)`),
      ),
      hint: again,
    }));

  it("tokens that the vocabulary does not have", async () =>
    expect(
      await outcomeWith(async (corpus) => {
        const path = join(corpus, "manifest.json");
        const manifest = await readManifest(path);
        const tokenizer = { ...manifest.tokenizer, vocabSize: 300, endOfText: 299 };
        await writeManifest(createFiles(), path, createManifest({ ...manifest, tokenizer }));
      }),
    ).toEqual({
      code: 3,
      error: like(
        /token \d+ of (batch )?row \d+.* must be below the vocabulary's size 300, got 3\d\d \(row \d+.*\)/,
      ),
      hint: "the shards were made with another tokenizer than the manifest names; prepare the corpus again",
    }));
});

describe("train: the engine", () => {
  const diverged =
    "nothing was updated; start a new run with a smaller training.learningRate or training.clipNorm";

  it("a training that diverges", async () => {
    // A decay of learningRate · weightDecay = 98 a step multiplies every matrix by −97.
    const keys = ["learningRate=9.9", "weightDecay=9.9", "warmupSteps=0", "clipNorm=null"];
    const sets = keys.flatMap((key) => ["--set", `training.${key}`]);
    expect(await outcomeOf(["train", "tiny.yaml", "--run", "diverged", "--steps", "60", ...sets])).toEqual({
      code: 5,
      error: like(/(gradient norm|loss of batch row \d+, shard \d+) must be finite, got \S+ \(.*step \d+\)/),
      hint: diverged,
    });
  });

  it("a loss that is not a number", async () => {
    const run = copyOf("run", "not-a-number");
    const model = at(run, "checkpoints/step-000000012/model/model.safetensors");
    const bytes = readFileSync(model);
    bytes.writeFloatLE(Number.NaN, bytes.byteLength - 4);
    writeFileSync(model, bytes);
    expect(await outcomeOf(["train", "--run", run, "--resume", "--steps", "14"])).toEqual({
      code: 5,
      error: like(/loss of batch row \d+, shard \d+ must be finite, got NaN \(row \d+, step 13\)/),
      hint: diverged,
    });
  });

  it("an engine that is not installed", async () => {
    const installed = copyPackage(at("without-engine"), ["onnxruntime-node"]);
    const ended = await runCommand(["train", "tiny.yaml", "--run", "no-engine"], {
      cwd: folder,
      path: installed,
    });
    expect(refusalOf(ended)).toEqual({
      code: 5,
      error: "package onnxruntime-node is not installed",
      hint: "run: npm i onnxruntime-node --ignore-scripts",
    });
  });
});

describe("train: resuming", () => {
  const resume = (run: string, ...more: string[]): string[] => ["train", "--run", run, "--resume", ...more];

  it("a folder without a run, a step without a checkpoint, a run that is there", async () => {
    expect(await outcomeOf(resume("none"))).toEqual({
      code: 2,
      error: "there is no run in this folder (none)",
      hint: "name a folder that counterweight train made, like runs/quickstart-1",
    });
    expect(await outcomeOf(resume("run", "3"))).toEqual({
      code: 4,
      error: "there is no checkpoint of step 3 (run/checkpoints)",
      hint: "checkpoints are there of steps 8, 12",
    });
    expect(await outcomeOf(["train", "tiny.yaml", "--run", "run"])).toEqual({
      code: 2,
      error: "there is a run in this folder already (run)",
      hint: "go on with it (--resume, or from: latest), or choose another folder (--run, or dir)",
    });
  });

  it("another seed or another forbidden key, with the keys that may change", async () => {
    const free = like(
      /set it back or start a new run; these may change: .*\bsteps\b.*checkpoint\.everySteps.*/,
    );
    expect(await outcomeOf(resume("run", "--set", "seed=other"))).toEqual({
      code: 2,
      error: "seed must stay as it was when a run is resumed (seed)",
      hint: free,
    });
    expect(
      await outcomeOf(["train", "tiny.yaml", ...resume("run", "--set", "engine.threads=2").slice(1)]),
    ).toEqual({
      code: 2,
      error: "engine.threads must stay as it was when a run is resumed (engine.threads)",
      hint: free,
    });
  });

  it("another corpus, by its fingerprint", async () => {
    write("other.jsonl", readFileSync(at("code.jsonl"), "utf8").replaceAll("command", "commando"));
    const dataset = write("other.yaml", textDataset.replace("code.jsonl", "other.jsonl"));
    expect(await runCommand(["prepare", dataset, "--out", "other"], { cwd: folder })).toMatchObject({
      code: 0,
    });
    expect(await outcomeOf(resume("run", "--set", "corpus.manifest=other/manifest.json"))).toEqual({
      code: 2,
      error: like(
        /the corpus must be the one that the run was started with \(corpus\.manifest, .*other\/manifest\.json\)/,
      ),
      hint: like(
        /its fingerprint is \w{12}, the run's is \w{12}; start a new run, or bring the old corpus back/,
      ),
    });
  });

  it("a second writer, while the first goes on", async () => {
    const first = startCommand(["train", "tiny.yaml", "--run", "busy", "--steps", "100000"], { cwd: folder });
    try {
      await first.says("step ");
      expect(await outcomeOf(resume("busy"))).toEqual({
        code: 4,
        error: `the ledger is being written by process ${first.child.pid} (busy/ledger/lock)`,
        hint: "wait for that process, or stop it",
      });
      first.child.kill("SIGINT");
      expect(await first.ended).toMatchObject({ code: 130 });
    } finally {
      first.child.kill("SIGKILL");
    }
  });

  it("a ledger behind its checkpoint; an older checkpoint is the way on", async () => {
    const checkpoints = (): number[] =>
      existsSync(at("behind/checkpoints"))
        ? readdirSync(at("behind/checkpoints"))
            .map((name) => Number(/^step-0*(\d+)$/.exec(name)?.[1]))
            .filter(Number.isInteger)
            .sort((a, b) => a - b)
        : [];
    const run = startCommand(["train", "tiny.yaml", "--run", "behind", "--steps", "100000"], { cwd: folder });
    try {
      while (checkpoints().length < 2) await setTimeout(20);
    } finally {
      run.child.kill("SIGKILL");
    }
    await run.ended;
    const [older, newest] = checkpoints().slice(-2) as [number, number];
    const journal = at("behind/ledger/journal.jsonl");
    const lines = readFileSync(journal, "utf8").split("\n");
    const cut = lines.findIndex((line) => line.startsWith(`{"kind":"step","step":${newest},`));
    writeFileSync(journal, `${lines.slice(0, cut).join("\n")}\n`);
    expect(await outcomeOf(resume("behind"))).toEqual({
      code: 4,
      error: like(
        new RegExp(
          `ledger behind its checkpoint: the journal ends at step ${newest - 1}, the checkpoint is of step ${newest} \\(behind/ledger/journal\\.jsonl, offset \\d+\\)`,
        ),
      ),
      hint: "nothing was cut; resume from an older checkpoint, or restore the journal from a copy",
    });
    const again = await runCommand(resume("behind", String(older), "--steps", String(older + 1)), {
      cwd: folder,
    });
    expect(again.stderr).toContain(`resuming behind after step ${older}`);
    expect(again.code).toBe(0);
  });

  it("damage in the middle of the journal, by offset; nothing is cut", async () => {
    const run = copyOf("run", "damaged");
    const journal = at(run, "ledger/journal.jsonl");
    const lines = readFileSync(journal, "utf8").split("\n");
    const offset = lines.slice(0, 5).join("\n").length + 1;
    lines[5] = lines[5]!.replace('"rows":8', '"rows":9');
    writeFileSync(journal, lines.join("\n"));
    expect(await outcomeOf(resume(run, "--steps", "14"))).toEqual({
      code: 4,
      error: `the journal is damaged before a good line (damaged/ledger/journal.jsonl, offset ${offset})`,
      hint: "nothing was cut; restore this file from a copy, or start a new run",
    });
    expect(readFileSync(journal, "utf8")).toBe(lines.join("\n"));
  });

  it("a checkpoint that cannot be read", async () => {
    const run = copyOf("run", "torn");
    truncateSync(at(run, "checkpoints/step-000000012/checkpoint.json"), 40);
    expect(await outcomeOf(resume(run))).toEqual({
      code: 4,
      error: "the checkpoint cannot be read (torn/checkpoints/step-000000012/checkpoint.json)",
      hint: "resume from an earlier step by --resume STEP",
    });
  });
});

describe("sample and inspect", () => {
  it("a folder without a run, and nothing at all", async () => {
    expect(await outcomeOf(["sample", "corpus"])).toEqual({
      code: 2,
      error: "there is no run in this folder (corpus)",
      hint: "name a folder that counterweight train made, like runs/quickstart-1",
    });
    expect(await outcomeOf(["inspect", "none"])).toEqual({
      code: 2,
      error: "there is nothing to inspect at this path (none)",
      hint: "name a run folder, a corpus folder, a manifest.json or a pipeline file",
    });
  });
});
