import { spawn } from "node:child_process";
import { appendFile, cp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";

import { openCorpus } from "../../../src/corpus/corpus.ts";
import { cutInto } from "../../../src/corpus/prepare/document-cut.ts";
import { contentHash, shareBound } from "../../../src/corpus/prepare/held-out.ts";
import { type PreparePhase, type Prepared, prepareCorpus } from "../../../src/corpus/prepare/prepare.ts";
import { loadTokenizer } from "../../../src/corpus/tokenizer/tokenizer.ts";
import { StorageError, exitCodeOf } from "../../../src/errors.ts";
import { createFiles, temporaryMark } from "../../../src/files.ts";
import {
  contentsOf,
  folderWith,
  paragraphs,
  smallDataset,
  smallDatasetFolder,
} from "../../support/dataset-folder.ts";
import { createFailingDisk } from "../../support/failing-disk.ts";

const prepareIn = (folder: string, out = "out", workers = 2): Promise<Prepared> =>
  prepareCorpus({ dataset: join(folder, "dataset.yaml"), out: join(folder, out), workers });

/** All tokens of the named blocks, as text with end-of-text shown. */
const textOf = async (out: string, domain: number, side: "blocksOf" | "heldOutBlocksOf"): Promise<string> => {
  const tokenizer = await loadTokenizer(join(out, "tokenizer.json"));
  const corpus = await openCorpus(join(out, "manifest.json"), { verify: "read", cacheBytes: 2 ** 24 });
  const { seqLen } = corpus.manifest;
  const texts: string[] = [];
  const row = new Uint16Array(seqLen);
  for (const ref of corpus[side](domain)) {
    const block = await corpus.readBlock(ref);
    for (let index = 0; index < ref.rows; index++) {
      block.copyRow(index, new Uint8Array(row.buffer), 0);
      for (const token of row) texts.push(token === tokenizer.endOfText ? "¶" : tokenizer.decode([token]));
    }
  }
  await corpus.close();
  return texts.join("");
};

/** Files under a final name are whole: what they hold is what an undisturbed run wrote. */
const expectWhole = (left: Record<string, string>, whole: Record<string, string>): void => {
  const published = Object.entries(left).filter(([name]) => !name.includes(temporaryMark));
  expect(published).toEqual(published.map(([name]) => [name, whole[name]]));
};

describe("prepareCorpus", () => {
  it("writes rows that are the documents, closed by end-of-text, training and held-out ones apart", async () => {
    const folder = await smallDatasetFolder();
    const { manifest, manifestPath, reused } = await prepareIn(folder);
    expect([manifestPath, reused]).toEqual([join(folder, "out/manifest.json"), false]);
    const text = paragraphs(2000).join("\n\n");
    const bytes = Buffer.from(text);
    const ends: number[] = [];
    cutInto(ends, bytes, 0, bytes.length, "text");
    const sides = { blocksOf: "", heldOutBlocksOf: "" };
    for (const [index, end] of ends.entries()) {
      const start = ends[index - 1] ?? 0;
      const isHeldOut = contentHash(bytes, start, end)[0] < shareBound(0.1);
      sides[isHeldOut ? "heldOutBlocksOf" : "blocksOf"] += `${text.slice(start, end)}¶`;
    }
    for (const [side, tokens, textBytes] of [
      ["blocksOf", manifest.domains[0]!.tokens, manifest.domains[0]!.bytes],
      ["heldOutBlocksOf", manifest.domains[0]!.heldOutTokens, manifest.domains[0]!.heldOutBytes],
    ] as const) {
      const written = await textOf(join(folder, "out"), 0, side);
      expect(sides[side].startsWith(written)).toBe(true);
      // Only the last incomplete row is missing.
      expect(sides[side].length - written.length).toBeLessThan(32 * 20);
      expect(written.replaceAll("¶", "")).toHaveLength(textBytes);
      expect(tokens % 32).toBe(0);
    }
    expect(manifest.domains.map(({ name, documents }) => [name, documents])).toEqual([
      ["tales", ends.length],
      ["lines", 500],
    ]);
    expect(manifest.shards.map(({ blocks }) => blocks.length)).toEqual([8, 1, 8, 1]);
  });

  it("writes the same bytes with 1, 2 and 3 threads", async () => {
    const folder = await smallDatasetFolder();
    for (const workers of [1, 2, 3]) await prepareIn(folder, `out${workers}`, workers);
    const one = await contentsOf(join(folder, "out1"));
    expect(Object.keys(one)).toHaveLength(10);
    expect(await contentsOf(join(folder, "out2"))).toEqual(one);
    expect(await contentsOf(join(folder, "out3"))).toEqual(one);
  });

  it("reuses what is there, also after inputs and corpus moved", async () => {
    const folder = await smallDatasetFolder();
    const first = await prepareIn(folder);
    const before = await contentsOf(join(folder, "out"));
    expect(await prepareIn(folder)).toEqual({ ...first, reused: true });
    const elsewhere = await folderWith({});
    await cp(folder, elsewhere, { recursive: true });
    const moved = await prepareIn(elsewhere);
    expect([moved.reused, moved.manifest.fingerprint]).toEqual([true, first.manifest.fingerprint]);
    expect(await contentsOf(join(elsewhere, "out"))).toEqual(before);
  });

  it("mends what is missing or damaged, to the same bytes", async () => {
    const folder = await smallDatasetFolder();
    await prepareIn(folder);
    const out = join(folder, "out");
    const before = await contentsOf(out);
    const damages = [
      () => appendFile(join(out, "train/tales-00000.parquet"), "x"),
      () => rm(join(out, "held-out/lines-00000.parquet")),
      () => rm(join(out, "prepared/lines-00000.json")),
      () => rm(join(out, "prepared/survey.json")),
      () => appendFile(join(out, "tokenizer.json"), "x"),
      () => appendFile(join(out, "manifest.json"), "x"),
      () => rename(join(out, "manifest.json"), join(out, "manifest.json.partial-1")),
    ];
    for (const damage of damages) {
      await damage();
      expect((await prepareIn(folder)).reused).toBe(false);
      expect(await contentsOf(out)).toEqual(before);
    }
  });

  it("refuses to write over another corpus, and leaves it as it is", async () => {
    const folder = await smallDatasetFolder();
    await prepareIn(folder);
    const before = await contentsOf(join(folder, "out"));
    await appendFile(join(folder, "tales.txt"), "more");
    await expect(prepareIn(folder)).rejects.toThrow(
      `the folder must be empty or hold the corpus of this dataset, got another corpus (${join(folder, "out")})`,
    );
    expect(await contentsOf(join(folder, "out"))).toEqual(before);
  });

  it("names the file and the offset of text that is not UTF-8, before it writes any shard", async () => {
    const text = Buffer.concat([Buffer.from(paragraphs(300).join("\n\n")), Buffer.from([0xe9])]);
    const folder = await smallDatasetFolder({ "tales.txt": text });
    await expect(prepareIn(folder)).rejects.toMatchObject({
      code: "CW_CONFIG",
      message: `text must be UTF-8, got byte 0xe9 (${folder}/tales.txt, offset ${text.length - 1})`,
    });
    expect(Object.keys(await contentsOf(join(folder, "out")))).toEqual(["prepared/plan.json"]);
  });

  it("stops when asked to at any phase, and goes on from there", async () => {
    const folder = await smallDatasetFolder();
    await prepareIn(folder, "whole");
    for (const stopAt of ["inputs", "survey", "tokenizer", "encode"] as const) {
      const controller = new AbortController();
      const preparing = prepareCorpus({
        dataset: join(folder, "dataset.yaml"),
        out: join(folder, "out"),
        workers: 1,
        signal: controller.signal,
        onProgress: ({ phase }) => {
          if (phase === stopAt) controller.abort();
        },
      });
      await expect(preparing).rejects.toMatchObject({
        code: "CW_INTERRUPTED",
        message: "preparing was stopped",
      });
    }
    await prepareIn(folder);
    expect(await contentsOf(join(folder, "out"))).toEqual(await contentsOf(join(folder, "whole")));
  });
});

describe("prepareCorpus on a disk that fails", () => {
  const tiny = {
    "dataset.yaml": smallDataset
      .replace("{ kind: bpe, vocabSize: 300 }", "{ kind: bytes }")
      .replace("blocksPerDomain: 8", "blocksPerDomain: 2"),
    "tales.txt": paragraphs(1000).join("\n\n"),
  };

  it(
    "gives a StorageError at whichever operation, keeps what is finished and goes on to the same bytes",
    { timeout: 120_000 },
    async () => {
      const folder = await smallDatasetFolder(tiny);
      const prepareOn = (out: string, disk: ReturnType<typeof createFailingDisk>): Promise<Prepared> =>
        prepareCorpus({
          dataset: join(folder, "dataset.yaml"),
          out: join(folder, out),
          workers: 1,
          files: createFiles(disk),
        });
      const counting = createFailingDisk({ at: Infinity });
      await prepareOn("whole", counting);
      const whole = await contentsOf(join(folder, "whole"));
      const count = counting.operations.length;
      expect(count).toBeGreaterThan(50);
      const step = process.env["CW_DEEP"] === "1" ? 1 : 8;
      for (let at = 1; at <= count; at += step) {
        const disk = createFailingDisk({ at, lasts: "forever", tornShare: 0.5 });
        const error: unknown = await prepareOn("out", disk).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(StorageError);
        expect(exitCodeOf(error)).toBe(6);
        expect(error).toMatchObject({
          facts: { errno: "ENOSPC", hint: expect.stringContaining("free some space") },
        });
        expectWhole(await contentsOf(join(folder, "out")), whole);
        await prepareIn(folder);
        expect(await contentsOf(join(folder, "out"))).toEqual(whole);
        await rm(join(folder, "out"), { recursive: true });
      }
    },
  );

  it("says what to do about a folder that may not be written", async () => {
    const folder = await smallDatasetFolder(tiny);
    const files = createFiles(createFailingDisk({ at: 1, errno: "EACCES", lasts: "forever" }));
    await expect(
      prepareCorpus({ dataset: join(folder, "dataset.yaml"), out: join(folder, "out"), workers: 1, files }),
    ).rejects.toMatchObject({
      message: `cannot create folder train (${folder}/out/train, create folder, EACCES)`,
      hint: "give this user write permission there, or choose another folder",
    });
  });
});

describe("prepareCorpus, killed", () => {
  const phases: readonly PreparePhase[] = ["inputs", "survey", "tokenizer", "encode"];
  const moduleUrl = new URL("../../../dist/corpus/prepare/prepare.js", import.meta.url).href;

  /** Milliseconds since the start at which a phase began, and when the process ended. */
  type Moments = Partial<Record<PreparePhase | "exit", number>>;

  /** Prepares in a process of its own, which is killed `killAfterMs` into a phase. */
  const prepareInProcess = async (
    folder: string,
    out: string,
    killIn?: PreparePhase,
    killAfterMs = 0,
  ): Promise<{ moments: Moments; killed: boolean }> => {
    const options = { dataset: join(folder, "dataset.yaml"), out: join(folder, out), workers: 2 };
    const program = `
      const { prepareCorpus } = await import(${JSON.stringify(moduleUrl)});
      let last;
      const onProgress = ({ phase }) => { if (phase !== last) console.log(last = phase); };
      await prepareCorpus({ ...${JSON.stringify(options)}, onProgress });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const moments: Moments = {};
    const exit = new Promise<string | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    for await (const line of createInterface(child.stdout)) {
      const phase = phases.find((name) => name === line.trim());
      if (phase !== undefined) moments[phase] = performance.now();
      if (phase !== undefined && phase === killIn) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    }
    const signal = await exit;
    moments.exit = performance.now();
    return { moments, killed: signal === "SIGKILL" };
  };

  it("at random moments, goes on and gives the same bytes", { timeout: 120_000 }, async () => {
    const folder = await smallDatasetFolder();
    await prepareIn(folder, "whole");
    const whole = await contentsOf(join(folder, "whole"));
    const { moments } = await prepareInProcess(folder, "timed");
    expect(await contentsOf(join(folder, "timed"))).toEqual(whole);
    const kills = process.env["CW_DEEP"] === "1" ? 20 : 8;
    const states: string[] = [];
    for (let round = 0; round < kills; round++) {
      const out = `out${round}`;
      const phase = (["survey", "encode", "tokenizer", "encode"] as const)[round % 4]!;
      const next = { inputs: "survey", survey: "tokenizer", tokenizer: "encode", encode: "exit" } as const;
      // The timed run may have been a slow one: where this one was done before, the moment comes sooner.
      for (let afterMs = Math.random() * (moments[next[phase]]! - moments[phase]!); ; afterMs /= 2) {
        if ((await prepareInProcess(folder, out, phase, afterMs)).killed) break;
        await rm(join(folder, out), { recursive: true });
      }
      const left = await contentsOf(join(folder, out));
      states.push(`${phase} ${Object.keys(left).length}`);
      expectWhole(left, whole);
      const { reused } = await prepareIn(folder, out);
      expect(reused).toBe("manifest.json" in left);
      expect(await contentsOf(join(folder, out))).toEqual(whole);
      await rm(join(folder, out), { recursive: true });
    }
    console.log(`prepare: killed ${kills} times; phase and files left: ${states.join(", ")}`);
    expect(states).toHaveLength(kills);
  });
});
