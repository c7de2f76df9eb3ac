import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";

import { runCommand } from "../../../src/study/engines/run-command.ts";

const node = (script: string, options?: Parameters<typeof runCommand>[2]): Promise<string> =>
  runCommand(process.execPath, ["-e", script], options);

describe("runCommand", () => {
  it("gives what a program says, run where and with what it is told", async () => {
    const folder = realpathSync(tmpdir());
    const said = await node("console.log(process.cwd(), process.env.WORD)", {
      folder,
      environment: { WORD: "there" },
    });
    expect(said).toBe(`${folder} there\n`);
  });

  it.each([
    [
      "console.error('one\\nbad: error: no such thing\\nlast'); process.exit(3)",
      "exit code 3: bad: error: no such thing",
    ],
    [
      "console.error('npm error code E404\\nnpm error 404 gone'); process.exit(1)",
      "exit code 1: npm error 404 gone",
    ],
    ["console.log('only this'); process.exit(1)", "exit code 1: only this"],
    ["process.exit(1)", "exit code 1: it said nothing"],
    ["process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 9000)", "signal SIGTERM: it said nothing"],
  ])("says how %s failed", async (script, reason) => {
    await expect(node(script)).rejects.toMatchObject({
      code: "CW_ENGINE",
      message: `${process.execPath} -e failed with ${reason}`,
    });
  });

  it("says that a program is not installed", async () => {
    await expect(runCommand("counterweight-no-such-program", [])).rejects.toThrow(
      "program counterweight-no-such-program is not installed",
    );
  });
});
