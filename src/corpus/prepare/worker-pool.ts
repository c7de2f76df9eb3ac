/** @file A few threads that take tasks as they come free. */
import { Worker } from "node:worker_threads";

import { type ErrorMessage, fromErrorMessage } from "../../errors.ts";
import type { Merges } from "../tokenizer/vocabulary.ts";
import type { EncodeTask, EncodedSlice, Survey, SurveyTask, Task, TrainTask } from "./tasks.ts";

/** From a thread, one for each task. */
export type WorkerReply = { readonly result: unknown } | { readonly error: ErrorMessage };

/** Threads at work. */
export interface WorkerPool {
  readonly size: number;
  survey(task: SurveyTask): Promise<Survey>;
  train(task: TrainTask): Promise<Merges>;
  encode(task: EncodeTask): Promise<EncodedSlice>;
  /** Stops the threads at once; tasks not done fail with `reason`. */
  close(reason?: Error): Promise<void>;
}

interface Job {
  readonly task: Task;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Opens `size` threads. Tasks beyond `size` wait their turn, first come first served. */
export const openWorkerPool = (size: number): WorkerPool => {
  const waiting: Job[] = [];
  const running = new Map<Worker, Job>();
  let closedWith: Error | undefined;

  const startNext = (worker: Worker): void => {
    const job = waiting.shift();
    if (job === undefined) return;
    running.set(worker, job);
    worker.postMessage(job.task, []);
  };
  const finish = (worker: Worker, settle: (job: Job) => void): void => {
    const job = running.get(worker);
    running.delete(worker);
    if (job !== undefined) settle(job);
  };
  const openWorker = (): Worker => {
    // The process' own flags may not suit a thread: --input-type makes it fail at its start.
    const worker = new Worker(new URL("./prepare-worker.js", import.meta.url), { execArgv: [] });
    worker.on("message", (reply: WorkerReply) => {
      finish(worker, (job) => {
        if ("error" in reply) job.reject(fromErrorMessage(reply.error));
        else job.resolve(reply.result);
      });
      startNext(worker);
    });
    // A thread that ends for want of memory, or cannot start, takes no more tasks: nobody may wait for it.
    worker.on("error", (error) => void close(error));
    return worker;
  };
  const close = async (reason: Error): Promise<void> => {
    closedWith ??= reason;
    for (const job of [...waiting.splice(0), ...running.values()]) job.reject(closedWith);
    running.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  const workers = Array.from({ length: size }, openWorker);

  const run = <Result>(task: Task): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      const job: Job = { task, resolve, reject };
      if (closedWith !== undefined) return job.reject(closedWith);
      waiting.push(job);
      const idle = workers.find((worker) => !running.has(worker));
      if (idle !== undefined) startNext(idle);
    });

  return {
    size,
    survey: (task) => run<Survey>(task),
    train: (task) => run<Merges>(task),
    encode: (task) => run<EncodedSlice>(task),
    close: (reason = new Error("the threads were closed")) => close(reason),
  };
};
