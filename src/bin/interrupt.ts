/** @file Ctrl-C: the first asks the work to end cleanly, the second ends the process. */

/** Runs work that can be stopped: on SIGINT or SIGTERM, `stop` is asked for once.
 * @returns whether it was interrupted */
export const interruptible = async (stop: () => void, work: () => Promise<void>): Promise<boolean> => {
  let interrupted = false;
  const onSignal = (): void => {
    if (interrupted) process.exit(130);
    interrupted = true;
    stop();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    await work();
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
  return interrupted;
};
