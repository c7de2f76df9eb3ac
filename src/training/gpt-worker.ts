/** @file The worker thread of a GPT: opens a session of what it was given and serves its calls. */
import { parentPort, workerData } from "node:worker_threads";

import { type GptSessionOptions, openGptSession } from "./gpt-session.ts";
import { serveCalls } from "./worker-link.ts";

const options: GptSessionOptions = workerData;
serveCalls(parentPort!, openGptSession(options));
