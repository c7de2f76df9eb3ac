/** @file {@link Files} that remember what was opened for reading, which bytes were read, and what is still open. */
import { basename } from "node:path";

import type { Files } from "../../src/files.ts";

/** Bytes [start, end) of a file, asked for once. */
export interface WatchedRead {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Files under watch. */
export interface WatchedFiles {
  readonly files: Files;
  /** In the order they were asked for. */
  readonly reads: WatchedRead[];
  /** Names of files that are open. */
  readonly open: string[];
}

/** Watches the reading of files; all else is theirs. */
export const watchReads = (files: Files): WatchedFiles => {
  const reads: WatchedRead[] = [];
  const open: string[] = [];
  return {
    reads,
    open,
    files: {
      ...files,
      async openRead(path) {
        const file = await files.openRead(path);
        const name = basename(path);
        open.push(name);
        return {
          ...file,
          read(start, end, into) {
            reads.push({ name, start, end });
            return file.read(start, end, into);
          },
          async close() {
            open.splice(open.indexOf(name), 1);
            await file.close();
          },
        };
      },
    },
  };
};
