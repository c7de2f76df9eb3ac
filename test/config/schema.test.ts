import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

import { readConfig } from "../../src/config/config.ts";
import { jsonSchemaOf } from "../../src/config/schema.ts";
import { createFiles } from "../../src/files.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
interface Node {
  type?: string;
  description?: string;
  additionalProperties?: boolean;
  properties?: Record<string, Node>;
  required?: string[];
  oneOf?: Node[];
  anyOf?: Node[];
}

describe("the pipeline schema", () => {
  it("is shipped as JSON Schema, as built", () => {
    expect(JSON.parse(readFileSync(`${root}dist/pipeline.schema.json`, "utf8"))).toEqual(jsonSchemaOf());
  });

  it("describes every key, and refuses keys it does not know", () => {
    const undescribed: string[] = [];
    const open: string[] = [];
    const visit = (node: Node, path: string): void => {
      if (node.properties && node.type === "object" && node.additionalProperties !== false) open.push(path);
      for (const branch of [...(node.oneOf ?? []), ...(node.anyOf ?? [])]) visit(branch, path);
      for (const [key, child] of Object.entries(node.properties ?? {})) {
        if (child.description === undefined) undescribed.push(`${path}.${key}`);
        visit(child, `${path}.${key}`);
      }
    };
    visit(jsonSchemaOf() as Node, "");
    expect(undescribed).toEqual([]);
    expect(open).toEqual([]);
  });

  it("asks for steps and corpus only", () => {
    expect((jsonSchemaOf() as Node).required).toEqual(["steps", "corpus"]);
  });

  it.each(readdirSync(`${root}pipelines`).filter((name) => name.endsWith(".yaml")))(
    "pipelines/%s is valid",
    async (name) => {
      const config = await readConfig(createFiles(), `${root}pipelines/${name}`);
      expect(config.steps).toBeGreaterThan(0);
    },
  );
});
