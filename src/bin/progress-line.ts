/** @file One line that says how far long work is: rewritten in place on a terminal, written now and then otherwise. */
import { styleText } from "node:util";

/** Seconds as a person reads them: `42 s`, `3 min 05 s`, `2 h 10 min`. */
export const duration = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
};

/** A count as a person reads it: `950`, `12.3 k`, `4.56 M`, `7.89 G`. */
export const count = (value: number): string => {
  for (const [unit, size] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const)
    if (Math.abs(value) >= size) return `${(value / size).toPrecision(3)} ${unit}`;
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
};

/** A loss as a person reads it: `3.142`, and `1.23e-6` where that would say 0.0. */
export const nats = (loss: number): string => (loss >= 0.01 ? loss.toFixed(3) : loss.toExponential(2));

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
