import { defineConfig } from "vitest/config";

import base from "../vitest.config.ts";

/** Checks that need Chromium: `npm run test:browser` installs it where it is missing, and runs them. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/browser/*.check.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
