import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { createProgressLine } from "../../src/bin/progress-line.ts";

describe("a progress line", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
  afterEach(() => vi.useRealTimers());

  const lineOn = (isTTY: boolean, columns = 40) => {
    const stream = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY, columns });
    /** All that was written, without colours. */
    const written = (): string =>
      String(stream.read()).replaceAll("\u001b[2m", "").replaceAll("\u001b[22m", "");
    return { line: createProgressLine(stream, 10_000), written };
  };

  it("is rewritten in place on a terminal, at most ten times a second", () => {
    const { line, written } = lineOn(true);
    let made = 0;
    for (let at = 0; at < 25; at++) {
      line.update(() => `step ${at} of ${++made}`);
      vi.advanceTimersByTime(20);
    }
    expect(made).toBe(5);
    line.end();
    const clear = "\r\u001b[2K";
    expect(written()).toBe(
      `step 0 of 1${clear}step 5 of 2${clear}step 10 of 3${clear}step 15 of 4${clear}step 20 of 5\n`,
    );
  });

  it("never wraps: what is too long for the terminal is cut", () => {
    const { line, written } = lineOn(true, 12);
    line.update(() => "0123456789abcdef");
    expect(written()).toBe("0123456789…");
  });

  it("makes way for words that stay", () => {
    const { line, written } = lineOn(true);
    line.update(() => "step 1");
    line.say("stopping");
    line.end();
    expect(written()).toBe("step 1\r\u001b[2Kstopping\n");
  });

  it("off a terminal is a plain line now and then, the first at once", () => {
    const { line, written } = lineOn(false);
    for (let at = 0; at < 250; at++) {
      line.update(() => `step ${at}`);
      vi.advanceTimersByTime(100);
    }
    line.say("done");
    line.end();
    expect(written()).toBe("step 0\nstep 100\nstep 200\ndone\n");
  });
});
