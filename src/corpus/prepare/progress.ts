/** @file How far prepare has come, for a progress line. */

/** `inputs`: files are hashed; `survey`: documents and words are counted; `tokenizer`: byte pairs are learned; `encode`: shards are written. */
export type PreparePhase = "inputs" | "survey" | "tokenizer" | "encode";

/** Progress within a phase. */
export interface PrepareProgress {
  readonly phase: PreparePhase;
  /** Input bytes. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** 10^6 input bytes a second since the phase began; 0 before anything is done. */
  readonly mbPerSecond: number;
  /** Of this phase, at that rate; Infinity before anything is done. */
  readonly secondsLeft: number;
}

/** Counts bytes and reports. */
export interface ProgressCounter {
  begin(phase: PreparePhase, bytesTotal: number): void;
  add(bytes: number): void;
}

/** Reports to `onProgress` at a phase's begin and after each addition.
 * @param now milliseconds, monotonic */
export const createProgress = (
  onProgress: (progress: PrepareProgress) => void,
  now: () => number = () => performance.now(),
): ProgressCounter => {
  let phase: PreparePhase = "inputs";
  let startMs = now();
  let bytesDone = 0;
  let bytesTotal = 0;
  const report = (): void => {
    const seconds = (now() - startMs) / 1000;
    const rate = seconds > 0 ? bytesDone / seconds : 0;
    const secondsLeft = rate > 0 ? Math.max(0, bytesTotal - bytesDone) / rate : Infinity;
    onProgress({ phase, bytesDone, bytesTotal, mbPerSecond: rate / 1e6, secondsLeft });
  };
  return {
    begin(next, total) {
      phase = next;
      startMs = now();
      bytesDone = 0;
      bytesTotal = total;
      report();
    },
    add(bytes) {
      bytesDone += bytes;
      report();
    },
  };
};
