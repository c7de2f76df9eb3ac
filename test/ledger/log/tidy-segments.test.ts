import { beforeEach, describe, expect, it } from "vitest";

import { readSteps } from "../../../src/ledger/log/segments.ts";
import { tidySegments } from "../../../src/ledger/log/tidy-segments.ts";
import { collect, rejection } from "../../support/ledger-on-disk.ts";
import { type LogInMemory, layLog } from "../../support/log-in-memory.ts";

const raw = (segment: number): string => `/l/segment-00000${segment}.arrows`;
const sealed = (segment: number): string => `/l/sealed-00000${segment}.arrows`;

/** Segment 1 is dropped, 2 sealed, 3 raw; each had two steps. */
let log: LogInMemory;
/** Raw bytes of segments 1 and 2, sealed ones of 1, as they were. */
let gone: { raw1: Uint8Array; raw2: Uint8Array; sealed1: Uint8Array };
beforeEach(async () => {
  log = layLog([
    {
      segments: [
        [3, 4],
        [5, 6],
        [7, 8],
      ],
    },
  ]);
  const [raw1, raw2] = [log.contents.get(raw(1))!, log.contents.get(raw(2))!];
  await log.seal(1, 5);
  await log.seal(2, 5);
  gone = { raw1, raw2, sealed1: log.contents.get(sealed(1))! };
  log.drop(1);
});

const tidy = (): Promise<string[]> => tidySegments(log.files, log.folder, log.history);
const names = (): string[] => [...log.contents.keys()].toSorted();
const steps = async (first: number, last: number): Promise<number[]> => {
  const { files, folder, history } = log;
  const rows = await collect(readSteps(files, folder, history, { branch: 0, first, last }));
  return rows.map(({ step }) => step[0]!);
};

describe("tidying the log's folder", () => {
  it("leaves alone what the journal speaks for, and files that are not segments", async () => {
    log.contents.set("/l/journal.jsonl", Uint8Array.of(1));
    log.contents.set("/l/segment-000009.arrows.torn-at-0", Uint8Array.of(1));
    const before = names();
    expect(await tidy()).toEqual([]);
    expect(names()).toEqual(before);
  });

  it("removes what sealing and dropping left behind: each is there elsewhere, or was given up", async () => {
    log.contents.set(raw(1), gone.raw1);
    log.contents.set(sealed(1), gone.sealed1);
    log.contents.set(raw(2), gone.raw2);
    log.contents.set(sealed(3), Uint8Array.of(1, 2, 3));
    log.contents.set(`${sealed(3)}.partial-sealing`, Uint8Array.of(1));
    log.contents.set(sealed(7), Uint8Array.of(1));
    expect(await tidy()).toEqual([]);
    expect(names()).toEqual([sealed(2), raw(3)]);
    expect(await steps(3, 6)).toEqual([3, 4, 5, 6]);
  });

  it("sets aside rows that no line speaks for: a tail, and a whole segment", async () => {
    const whole = log.contents.get(raw(3))!;
    log.contents.set(raw(3), Buffer.concat([whole, Buffer.from("tail")]));
    log.contents.set(raw(4), Uint8Array.of(4, 4));
    const asides = [`${raw(3)}.torn-at-${whole.length}`, `${raw(4)}.torn-at-0`];
    expect(await tidy()).toEqual(asides);
    expect(asides.map((path) => [...log.contents.get(path)!])).toEqual([[...Buffer.from("tail")], [4, 4]]);
    expect(names()).toEqual([sealed(2), raw(3), ...asides].toSorted());
    expect(await tidy()).toEqual([]);
  });

  it.each([
    ["a raw file that is missing", raw(3), () => null, "at least $whole, got 0"],
    ["a raw file cut short", raw(3), (bytes: Uint8Array) => bytes.slice(0, -1), "at least $whole, got $cut"],
    ["a sealed file that is missing", sealed(2), () => null, "$whole, got 0"],
    ["a sealed file cut short", sealed(2), (bytes: Uint8Array) => bytes.slice(0, -1), "$whole, got $cut"],
    [
      "a sealed file that has grown",
      sealed(2),
      (bytes: Uint8Array) => Buffer.concat([bytes, Uint8Array.of(0)]),
      "$whole, got $cut",
    ],
  ])("takes %s for damage, and touches nothing", async (_, path, alter, rule) => {
    log.contents.set(`${sealed(3)}.partial-sealing`, Uint8Array.of(1));
    log.contents.set(raw(2), gone.raw2);
    const whole = log.contents.get(path)!;
    const altered = alter(whole);
    if (altered === null) log.contents.delete(path);
    else log.contents.set(path, altered);
    const before = names();
    const got = altered?.length ?? 0;
    const words = rule.replace("$whole", `${whole.length}`).replace("$cut", `${got}`);
    expect(await rejection(tidy())).toBe(
      `LedgerError: the length of ${path.slice(3)} must be ${words} (${path}, offset ${got})`,
    );
    expect(names()).toEqual(before);
  });
});
