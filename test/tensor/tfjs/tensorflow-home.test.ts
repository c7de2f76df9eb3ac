import { homedir } from "node:os";
import { describe, expect, it } from "vitest";

import { tensorflowHome, tensorflowVersions } from "../../../src/tensor/tfjs/tensorflow-home.ts";

const folder = `counterweight/tfjs-node-${tensorflowVersions.tfjsNode}-tensorflow-${tensorflowVersions.tensorflow}`;

describe("tensorflowHome", () => {
  it.each([
    [{ XDG_DATA_HOME: "/data" }, `/data/${folder}`],
    [{ XDG_DATA_HOME: "data" }, `${homedir()}/.local/share/${folder}`],
    [{ XDG_DATA_HOME: "" }, `${homedir()}/.local/share/${folder}`],
    [{}, `${homedir()}/.local/share/${folder}`],
  ])("with %o is %s", (environment, home) => {
    expect(tensorflowHome(environment)).toBe(home);
  });
});
