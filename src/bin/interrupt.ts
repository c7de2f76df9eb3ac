/** @file Ctrl-C: the first asks the work to end cleanly, the second ends the process at once. */

/** Runs work that can be stopped: on SIGINT or SIGTERM, `stop` is asked for once; a second signal has
 * its usual effect, which a shell reports as 130 or 143.
 * @returns whether it was interrupted */
export const interruptible = async (stop: () => void, work: () => Promise<void>): Promise<boolean> => {
  let interrupted = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (interrupted) {
      // process.exit would wait for the engine's run in a worker thread, seconds perhaps, and then abort inside it.
      ignore();
      process.kill(process.pid, signal);
      return;
    }
    interrupted = true;
    stop();
  };
  const ignore = (): void => {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    await work();
  } finally {
    ignore();
  }
  return interrupted;
};
