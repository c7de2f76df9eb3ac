import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createFiles } from "../../../src/files.ts";
import { buildTensorflow } from "../../../src/study/engines/build-tensorflow.ts";
import { tfjsNode } from "../../../src/study/engines/tensorflow-parts.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-build-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program in place of npm, Python or the compiler: it writes down how it was called, then does as the script says. */
const program = (name: string, script: string): string => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/bash\necho "${name} $*" >>"${folder}/calls"\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
};
const target = (): string => join(folder, "built");
const build = (headers: string): Promise<void> => {
  mkdirSync(target());
  const tools = {
    npm: program(
      "npm",
      `[ "$1" = pack ] && echo ${headers} >node-api-headers-1.9.0.tgz
       [ "$1" = pack ] || { mkdir -p ${tfjsNode.folder}/dist/kernels; for f in ${tfjsNode.outdated.join(" ")}; do
         echo 'a = (0, util_1.isNullOrUndefined)(x) || (0, util_1.isArray)(x);' >${tfjsNode.folder}/$f; done; }`,
    ),
    python: program("python", "true"),
    compiler: program("compiler", "true"),
  };
  return buildTensorflow(createFiles(), target(), tools, () => undefined);
};

describe("buildTensorflow", () => {
  it("refuses a download that is not the one it was tested with, before anything of it is used", async () => {
    await expect(build("something else")).rejects.toMatchObject({
      code: "CW_ENGINE",
      problem: expect.stringMatching(/^download must have SHA-256 6cbfac49.*, got [0-9a-f]{64}$/),
      hint: "the registry gave something else than what this version was tested with; ask whoever runs it",
    });
    const calls = readFileSync(join(folder, "calls"), "utf8");
    expect(calls).toContain(
      `npm install --ignore-scripts --no-audit --no-fund --loglevel=error ${tfjsNode.specifier}`,
    );
    expect(calls).not.toContain("python");
  });
});
