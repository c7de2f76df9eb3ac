/** @file Numbers as a person reads them. */

/** Seconds as a person reads them: `0.4 s`, `42 s`, `3 min 05 s`, `2 h 10 min`. */
export const duration = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return "?";
  const tenths = Math.round(seconds * 10);
  if (tenths > 0 && tenths < 10) return `0.${tenths} s`;
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

/** A whole number to its last digit: `1,100`. */
export const exactly = (value: number): string => value.toLocaleString("en-US");

/** A loss as a person reads it: `3.142`, and `1.23e-6` where that would say 0.0. */
export const nats = (loss: number): string => (loss >= 0.01 ? loss.toFixed(3) : loss.toExponential(2));

/** A share in [0, 1] as a person reads it: `38.2%`. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
