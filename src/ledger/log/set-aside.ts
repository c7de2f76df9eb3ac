/** @file Keeping what a crash tore in files of its own, where nothing else looks at it. */
import type { Files } from "../../files.ts";

const unusedName = async (files: Files, wanted: string): Promise<string> => {
  for (let copy = 1; ; copy++) {
    const name = copy === 1 ? wanted : `${wanted}-${copy}`;
    if (!(await files.exists(name))) return name;
  }
};

/** Moves what lies behind `end` of a file into a file of its own: copied and synced first, then cut.
 * @returns the path of that file
 * @throws {StorageError} when the disk refuses. O(bytes behind). */
export const setTailAside = async (files: Files, path: string, end: number): Promise<string> => {
  const aside = await unusedName(files, `${path}.torn-at-${end}`);
  const file = await files.openRead(path);
  try {
    await files.publish(aside, await file.read(end, await file.byteLength()));
  } finally {
    await file.close();
  }
  const cut = await files.openAppend(path, end);
  try {
    await cut.sync();
  } finally {
    await cut.close();
  }
  return aside;
};

/** Gives a whole file another name.
 * @returns its new path
 * @throws {StorageError} when the disk refuses */
export const setFileAside = async (files: Files, path: string): Promise<string> => {
  const aside = await unusedName(files, `${path}.torn-at-0`);
  await files.move(path, aside);
  return aside;
};
