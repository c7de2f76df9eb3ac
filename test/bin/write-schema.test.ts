import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

import { jsonSchemaOf } from "../../src/config/schema.ts";
import { copyPackage } from "../support/package-copy.ts";

it("the build step writes the pipeline's JSON Schema beside the built files", () => {
  const folder = mkdtempSync(join(tmpdir(), "counterweight-schema-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const bin = dirname(copyPackage(folder, []));
  const path = join(folder, "dist/pipeline.schema.json");
  rmSync(path, { force: true });
  execFileSync(process.execPath, [join(bin, "write-schema.js")]);
  const text = readFileSync(path, "utf8");
  expect(JSON.parse(text)).toEqual(jsonSchemaOf());
  expect(text.endsWith("}\n")).toBe(true);
});
