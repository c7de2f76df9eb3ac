import { afterEach, describe, expect, it } from "vitest";

import type { EngineProbe } from "../../../src/study/engines/engine-probe.ts";
import type { EngineOptions } from "../../../src/tensor/open-engine.ts";
import { type WorkerLink, openWorkerLink } from "../../../src/training/worker-link.ts";

const built = new URL("../../../dist/study/engines/probe-worker.js", import.meta.url);
let link: WorkerLink<EngineProbe>;
afterEach(() => link.close());

describe("the worker of a probe", () => {
  it("asks the engine of its data", async () => {
    const options: EngineOptions = { kind: "tfjs", backend: "cpu" };
    link = openWorkerLink<EngineProbe>(built, options);
    expect(await link.call("describe")).toEqual({ name: "tfjs cpu", version: expect.stringMatching(/^4\./) });
  });
});
