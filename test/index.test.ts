import { expect, it } from "vitest";

import * as api from "../src/index.ts";

it("exports what the README names, and nothing by accident", () => {
  expect(Object.keys(api).sort()).toEqual([
    "ConfigError",
    "CounterweightError",
    "EngineError",
    "LedgerError",
    "SamplerError",
    "ShardError",
    "SourceError",
    "StorageError",
    "checkConfig",
    "loadTokenizer",
    "openCorpus",
    "openRun",
    "prepareCorpus",
    "readConfig",
    "readManifest",
  ]);
});
