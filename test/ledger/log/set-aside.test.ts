import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createFiles } from "../../../src/files.ts";
import { setFileAside, setTailAside } from "../../../src/ledger/log/set-aside.ts";
import { createFailingDisk } from "../../support/failing-disk.ts";
import {
  closeLeftOpen,
  quickFiles,
  rejection,
  temporaryFolder,
  unsynced,
} from "../../support/ledger-on-disk.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(async () => {
  await closeLeftOpen();
  remove();
});

const lay = (inside = folder): string => {
  const path = join(inside, "journal");
  writeFileSync(path, "good lines torn end");
  return path;
};
const read = (path: string): string => readFileSync(path, "utf8");
const all = (inside: string): string[] =>
  readdirSync(inside).map((name) => `${name}: ${read(join(inside, name))}`);

describe("a tail set aside", () => {
  it("lies in a file of its own, named after the place, and the file ends before it", async () => {
    const path = lay();
    expect(await setTailAside(quickFiles, path, 11)).toBe(`${path}.torn-at-11`);
    expect([read(path), read(`${path}.torn-at-11`)]).toEqual(["good lines ", "torn end"]);
  });

  it("never takes the place of one that was set aside before", async () => {
    const path = lay();
    await setTailAside(quickFiles, path, 11);
    writeFileSync(path, "good lines and others");
    expect(await setTailAside(quickFiles, path, 11)).toBe(`${path}.torn-at-11-2`);
    writeFileSync(path, "good lines again");
    expect(await setTailAside(quickFiles, path, 11)).toBe(`${path}.torn-at-11-3`);
    expect(all(folder)).toEqual([
      "journal: good lines ",
      "journal.torn-at-11: torn end",
      "journal.torn-at-11-2: and others",
      "journal.torn-at-11-3: again",
    ]);
  });

  it("is copied and synced before anything is cut, and is there whichever operation of the disk is the last", async () => {
    const counting = createFailingDisk({ at: Infinity });
    await setTailAside(createFiles(counting), lay(), 11);
    const order = counting.operations.map(({ operation }) => operation);
    expect(order.lastIndexOf("write")).toBeLessThan(order.indexOf("sync"));
    expect(order.indexOf("rename")).toBeLessThan(order.indexOf("truncate"));
    expect(order.indexOf("truncate")).toBeLessThan(order.lastIndexOf("sync"));
    expect(order.indexOf("syncFolder")).toBeLessThan(order.indexOf("truncate"));
    for (let at = 1; at <= order.length; at++) {
      const inside = join(folder, `${at}`);
      mkdirSync(inside);
      const path = lay(inside);
      const files = createFiles(createFailingDisk({ at, tornShare: 0.5 }, unsynced));
      expect(await rejection(setTailAside(files, path, 11))).toMatch(/^StorageError: .*ENOSPC\)$/);
      const isWhole = read(path) === "good lines torn end";
      expect(isWhole || all(inside).includes("journal.torn-at-11: torn end")).toBe(true);
      expect(read(path)).toMatch(/^good lines /);
    }
  });
});

describe("a file set aside", () => {
  it("keeps its content under another name, which no other file had", async () => {
    const path = lay();
    expect(await setFileAside(quickFiles, path)).toBe(`${path}.torn-at-0`);
    lay();
    expect(await setFileAside(quickFiles, path)).toBe(`${path}.torn-at-0-2`);
    expect(all(folder)).toEqual([
      "journal.torn-at-0: good lines torn end",
      "journal.torn-at-0-2: good lines torn end",
    ]);
  });

  it("stays where it is when the disk refuses", async () => {
    const path = lay();
    const files = createFiles(createFailingDisk({ at: 1, errno: "EROFS" }, unsynced));
    expect(await rejection(setFileAside(files, path))).toBe(
      `StorageError: cannot rename journal.torn-at-0 (${path}.torn-at-0, rename, EROFS)`,
    );
    expect(all(folder)).toEqual(["journal: good lines torn end"]);
  });
});
