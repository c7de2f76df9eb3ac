/** @file Lets one waiter leave a promise that others wait for too. */
import { SourceError } from "../errors.ts";

/** The promise's outcome, or a SourceError as soon as `signal` is aborted; the work itself goes on.
 * @throws {SourceError} naming `uri`, retryable, when aborted */
export const abortable = <T>(work: Promise<T>, signal: AbortSignal | undefined, uri: string): Promise<T> => {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new SourceError("the read was aborted", { uri, retryable: true }));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
};
