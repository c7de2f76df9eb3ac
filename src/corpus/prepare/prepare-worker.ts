/** @file A thread of prepare: takes tasks one by one and posts their results. */
import { parentPort } from "node:worker_threads";

import { toErrorMessage } from "../../errors.ts";
import { type Tokenizer, createTokenizer } from "../tokenizer/tokenizer.ts";
import { type Task, encode, survey, train } from "./tasks.ts";
import type { WorkerReply } from "./worker-pool.ts";

let tokenizer: Tokenizer | undefined;

const work = async (task: Task): Promise<unknown> => {
  if (task.kind === "survey") return survey(task);
  if (task.kind === "train") return train(task);
  if (tokenizer?.hash !== task.tokenizerHash) tokenizer = createTokenizer(task.merges);
  return encode(task, tokenizer);
};

const post = (reply: WorkerReply): void => parentPort?.postMessage(reply, []);

parentPort?.on("message", (task: Task) => {
  work(task).then(
    (result) => post({ result }),
    (error: unknown) => post({ error: toErrorMessage(error) }),
  );
});
