/** @file The worker thread of an engine's probe: one engine a thread, so that no two mix, and one that is slow can be ended. */
import { parentPort, workerData } from "node:worker_threads";

import type { EngineOptions } from "../../tensor/open-engine.ts";
import { serveCalls } from "../../training/worker-link.ts";
import { createEngineProbe } from "./engine-probe.ts";

const options: EngineOptions = workerData;
serveCalls(parentPort!, Promise.resolve(createEngineProbe(options)));
