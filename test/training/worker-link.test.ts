import { afterEach, describe, expect, it } from "vitest";

import { EngineError } from "../../src/errors.ts";
import { type WorkerLink, openWorkerLink } from "../../src/training/worker-link.ts";

interface Session {
  add(left: number, right: number): Promise<number>;
  double(values: Float32Array): Promise<Float32Array>;
  slow(name: string, ms: number): Promise<string[]>;
  fail(): Promise<void>;
  breakDown(): Promise<void>;
  hang(): Promise<void>;
  exit(): Promise<void>;
  crash(): Promise<void>;
}

const module = new URL("../support/calls-worker.js", import.meta.url);
const links: WorkerLink<Session>[] = [];
const open = (data?: string): WorkerLink<Session> => {
  const link = openWorkerLink<Session>(module, data);
  links.push(link);
  return link;
};
afterEach(async () => {
  for (const link of links.splice(0)) await link.close();
});

describe("a link to a worker", () => {
  it("carries arguments and results, and leaves the caller's arrays alone", async () => {
    const link = open();
    expect(await link.call("add", 2, 3)).toBe(5);
    const values = Float32Array.of(1, 2, 3);
    expect(await link.call("double", values)).toEqual(Float32Array.of(2, 4, 6));
    expect(values).toEqual(Float32Array.of(1, 2, 3));
  });

  it("runs calls one at a time in their order", async () => {
    const link = open();
    const slow = link.call("slow", "first", 30);
    const quick = link.call("slow", "second", 0);
    expect(await slow).toEqual(["first starts", "first ends"]);
    expect(await quick).toEqual(["first starts", "first ends", "second starts", "second ends"]);
  });

  it("carries errors of ours with class, facts and hint, and goes on", async () => {
    const link = open();
    const error = await link.call("fail").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({
      message: "numbers must be numbers, got none (step 7)",
      hint: "try others",
    });
    expect(await link.call("add", 1, 1)).toBe(2);
  });

  it("carries bugs as plain errors with the far stack", async () => {
    const error = await open()
      .call("breakDown")
      .catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(EngineError);
    expect(error).toMatchObject({
      message: expect.stringContaining("undefined"),
      stack: expect.stringContaining("calls-worker.js"),
    });
  });

  it("answers every call with the error that kept the session from opening", async () => {
    const link = open("refuse");
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(link.call("add", 1, 2)).rejects.toMatchObject({
        name: "EngineError",
        message: "the session must open, got no engine",
        hint: "install one",
      });
  });

  it("fails what is in flight, and what comes later, when the thread ends", async () => {
    const link = open();
    const waiting = link.call("exit");
    await expect(waiting).rejects.toThrow(new EngineError("the trainer's thread ended with code 3"));
    await expect(link.call("add", 1, 2)).rejects.toThrow("the trainer's thread ended with code 3");
  });

  it("fails what is in flight with the error that broke the thread", async () => {
    await expect(open().call("crash")).rejects.toThrow("outside of any call");
  });

  it("fails what is in flight when it is closed, and closes twice", async () => {
    const link = open();
    await link.call("add", 1, 2);
    const failed = link.call("hang").catch((thrown: unknown) => thrown);
    await link.close();
    expect(await failed).toEqual(new EngineError("the trainer is closed"));
    await link.close();
    await expect(link.call("add", 1, 2)).rejects.toThrow("the trainer is closed");
  });
});
