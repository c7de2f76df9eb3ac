import { afterEach, describe, expect, it } from "vitest";

import { gptSizesOf } from "../../src/training/gpt-sizes.ts";
import type { GptSession, GptSessionOptions } from "../../src/training/gpt-session.ts";
import { type WorkerLink, openWorkerLink } from "../../src/training/worker-link.ts";
import { smallGpt } from "../support/small-gpt.ts";

let link: WorkerLink<GptSession>;
afterEach(() => link.close());

describe("the worker of a GPT", () => {
  it("opens a session of its data and serves it", async () => {
    const { training, seqLen, vocabSize, steps, seed, model } = smallGpt();
    const options: GptSessionOptions = {
      sizes: gptSizesOf(model, { seqLen, vocabSize }, undefined),
      training,
      engine: { kind: "onnx", backend: "cpu", threads: 1 },
      seqLen,
      steps,
      seed,
      endOfText: null,
      weighing: null,
    };
    link = openWorkerLink(new URL("../../dist/training/gpt-worker.js", import.meta.url), options);
    expect(await link.call("describe")).toMatchObject({ name: "onnx cpu, 1 thread" });
    expect(await link.call("score", new Uint16Array(2 * seqLen), 2)).toHaveLength(2);
  });
});
