import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";

import { type EncodeTask, type Task, encode } from "../../../src/corpus/prepare/tasks.ts";
import { createTokenizer } from "../../../src/corpus/tokenizer/tokenizer.ts";
import { folderWith, jsonLines } from "../../support/dataset-folder.ts";

const workerUrl = new URL("../../../dist/corpus/prepare/prepare-worker.js", import.meta.url);

const ask = (worker: Worker, task: Task): Promise<unknown> =>
  new Promise((resolve) => {
    worker.once("message", resolve);
    worker.postMessage(task, []);
  });

describe("the thread of prepare", () => {
  it("encodes with the tokenizer that each task names, and answers an error with its facts", async () => {
    const lines = jsonLines(20);
    const path = join(await folderWith({ "a.jsonl": lines }), "a.jsonl");
    const slice = { path, format: "jsonl", start: 0, end: lines.length } as const;
    const worker = new Worker(workerUrl);
    for (const merges of [new Uint32Array(), Uint32Array.of(116, 104, 256, 101), new Uint32Array()]) {
      const tokenizer = createTokenizer(merges);
      const task: EncodeTask = {
        kind: "encode",
        slice,
        heldOutBound: 0,
        merges,
        tokenizerHash: tokenizer.hash,
      };
      expect(await ask(worker, task)).toEqual({ result: await encode(task, tokenizer) });
    }
    const missing = {
      kind: "survey",
      slice: { ...slice, path: `${path}.gone` },
      heldOutBound: 0,
      sampleBound: 0,
    } as const;
    expect(await ask(worker, missing)).toMatchObject({
      error: { code: "CW_SOURCE", facts: { uri: `${path}.gone`, errno: "ENOENT" } },
    });
    await worker.terminate();
  });
});
