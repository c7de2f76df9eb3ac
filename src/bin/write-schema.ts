/** @file Build step: writes dist/pipeline.schema.json, which editors use to complete and check pipeline files. */
import { fileURLToPath } from "node:url";

import { jsonSchemaOf } from "../config/schema.ts";
import { createFiles } from "../files.ts";

const path = fileURLToPath(new URL("../pipeline.schema.json", import.meta.url));
await createFiles().publish(path, `${JSON.stringify(jsonSchemaOf(), null, 2)}\n`);
