import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Tests name `src/x.ts`, as a reader does, and get `dist/x.js`, as a user does: worker threads run from dist only. */
const builtSources = {
  name: "built-sources",
  enforce: "pre" as const,
  resolveId(source: string, importer: string | undefined) {
    if (importer === undefined || !source.startsWith(".")) return null;
    const path = relative(`${root}src`, resolve(importer, "..", source));
    if (path.startsWith("..") || !path.endsWith(".ts")) return null;
    const built = `${root}dist/${path.replace(/\.ts$/, ".js")}`;
    return existsSync(built) ? { id: built, external: true } : null;
  },
};

export default defineConfig({
  root,
  plugins: [builtSources],
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    expect: { requireAssertions: true },
    maxWorkers: 2,
    execArgv: ["--enable-source-maps"],
  },
});
