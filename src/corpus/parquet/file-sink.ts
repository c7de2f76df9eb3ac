/** @file Where hyparquet-writer's bytes go: into a file, row group by row group. */
import { ByteWriter } from "hyparquet-writer";

import type { AppendFile } from "../../files.ts";

/** A hyparquet writer that moves its bytes to `file` after each row group, and after the footer. Memory: the largest of them. */
export const createFileSink = (file: AppendFile): ByteWriter & { flush(): Promise<void> } => {
  const sink = new ByteWriter(2 ** 16);
  const flush = async (): Promise<void> => {
    await file.append(sink.getBytes());
    sink.index = 0;
  };
  return Object.assign(sink, { flush, finish: flush });
};
