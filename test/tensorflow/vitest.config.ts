import { defineConfig } from "vitest/config";

import base from "../vitest.config.ts";

/** Checks that need TensorFlow: `npm run test:tensorflow` installs it and runs them, one file after the other. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/tensorflow/*.check.ts"],
    testTimeout: 600_000,
    fileParallelism: false,
  },
});
