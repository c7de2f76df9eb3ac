/** @file One line that says how far long work is: rewritten in place on a terminal, written now and then otherwise. */
import { styleText } from "node:util";

export { count, duration, nats } from "../study/quantities.ts";

/** A line that says how far work is, and takes words to be said beside it. */
export interface ProgressLine {
  /** Shows a line in place of the last one; at most ten times a second, off a terminal once in `plainEveryMs`. */
  update(line: () => string): void;
  /** Writes a line that stays, above the moving one. */
  say(line: string): void;
  /** Leaves the last line standing. */
  end(): void;
}

/** A progress line on stderr, so that stdout holds results only. */
export const createProgressLine = (
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number } = process.stderr,
  plainEveryMs = 10_000,
): ProgressLine => {
  const terminal = stream.isTTY === true;
  const everyMs = terminal ? 100 : plainEveryMs;
  let last = -Infinity;
  let open = false;
  const clear = (): void => {
    if (open && terminal) stream.write("\r\u001b[2K");
    open = false;
  };
  return {
    update(line) {
      const now = performance.now();
      if (now - last < everyMs) return;
      last = now;
      if (!terminal) {
        stream.write(`${line()}\n`);
        return;
      }
      clear();
      const text = line();
      const columns = stream.columns || 80;
      const shown = text.length >= columns ? `${text.slice(0, columns - 2)}…` : text;
      stream.write(styleText("dim", shown, { stream }));
      open = true;
    },
    say(line) {
      clear();
      stream.write(`${line}\n`);
    },
    end() {
      if (open) stream.write("\n");
      open = false;
      last = -Infinity;
    },
  };
};
