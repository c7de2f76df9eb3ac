import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

import { versions } from "../src/versions.ts";

it("names this package, Node and the engine that is installed", () => {
  const own = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
    devDependencies: Record<string, string>;
  };
  expect(versions()).toEqual({
    counterweight: own.version,
    node: process.versions.node,
    "onnxruntime-node": own.devDependencies["onnxruntime-node"],
  });
});
