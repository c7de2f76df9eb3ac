import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

import { createFileSink } from "../../../src/corpus/parquet/file-sink.ts";
import { quickFiles } from "../../support/ledger-on-disk.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-file-sink-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("bytes go to the file when they are flushed, each once, and offsets go on", async () => {
  const path = join(folder, "bytes");
  const file = await quickFiles.openAppend(path, 0);
  const sink = createFileSink(file);
  sink.appendUint32(0x31524150);
  expect(file.byteLength).toBe(0);
  await sink.flush();
  expect([file.byteLength, sink.offset]).toEqual([4, 4]);
  sink.appendBytes(new Uint8Array(100_000).fill(7));
  await sink.flush();
  await file.close();
  const written = readFileSync(path);
  expect([written.length, sink.offset, written.subarray(0, 4).toString()]).toEqual([
    100_004,
    100_004,
    "PAR1",
  ]);
  expect(written.subarray(4).every((byte) => byte === 7)).toBe(true);
});
