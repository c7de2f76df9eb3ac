/** @file Long results to stdout, no faster than they are read. */

let isListening = false;

/** Writes text to stdout and waits until it is taken.
 * @returns false when nobody reads any more, as behind `| head`: there is no use in going on */
export const writeOut = (text: string): Promise<boolean> => {
  if (!isListening) process.stdout.on("error", () => undefined); // told by the callback, too
  isListening = true;
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === null || error === undefined) resolve(true);
      else if ("code" in error && error.code === "EPIPE") resolve(false);
      else reject(error);
    });
  });
};
