/** @file Calls across a worker's boundary: a session's methods in one thread, called from another, errors and all. */
import { type MessagePort, Worker } from "node:worker_threads";

import { EngineError, type ErrorMessage, fromErrorMessage, toErrorMessage } from "../errors.ts";

/** An object whose methods can be called from afar: plain data and typed arrays in, a promise of the same out. */
type Callable<Session> = { [Method in keyof Session]: (...args: never[]) => Promise<unknown> };

interface Request {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Reply = { readonly id: number } & ({ readonly value: unknown } | { readonly error: ErrorMessage });

/** Answers calls on `port`, one at a time in the order they came; a session that does not open answers all of them with its error. */
export const serveCalls = (port: MessagePort, session: Promise<object>): void => {
  let previous: Promise<unknown> = session.catch(() => undefined);
  const answer = async ({ id, method, args }: Request): Promise<void> => {
    let reply: Reply;
    try {
      const methods = await session;
      const value: unknown = await Reflect.apply(Reflect.get(methods, method), methods, args);
      reply = { id, value };
    } catch (error) {
      reply = { id, error: toErrorMessage(error) };
    }
    port.postMessage(reply);
  };
  port.on("message", (request: Request) => {
    previous = previous.then(() => answer(request));
  });
};

/** The calling side of {@link serveCalls}. */
export interface WorkerLink<Session extends Callable<Session>> {
  /** Calls a method there. Arguments are copied: pass views of no more than is meant. Throws what it threw. */
  call<Method extends keyof Session & string>(
    method: Method,
    ...args: Parameters<Session[Method]>
  ): Promise<Awaited<ReturnType<Session[Method]>>>;
  /** Ends the thread; calls in flight fail. Closing twice is fine. */
  close(): Promise<void>;
}

/** Starts a worker thread of a module that calls {@link serveCalls}, and gives it `data`. */
export const openWorkerLink = <Session extends Callable<Session>>(
  module: URL,
  data: unknown,
): WorkerLink<Session> => {
  const worker = new Worker(module, { workerData: data });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let calls = 0;
  let over: Error | undefined;
  const end = (error: Error): void => {
    over ??= error;
    for (const call of waiting.values()) call.reject(over);
    waiting.clear();
  };
  worker.on("message", (reply: Reply) => {
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("error" in reply) call?.reject(fromErrorMessage(reply.error));
    else call?.resolve(reply.value);
  });
  worker.on("error", (error: Error) => end(error));
  worker.on("exit", (code) => end(new EngineError(`the trainer's thread ended with code ${code}`)));
  return {
    call: (method, ...args) =>
      new Promise((resolve, reject) => {
        if (over) return reject(over);
        waiting.set(++calls, { resolve, reject });
        worker.postMessage({ id: calls, method, args }, []);
      }),
    close: async () => {
      over ??= new EngineError("the trainer is closed");
      await worker.terminate();
    },
  };
};
