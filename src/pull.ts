/** @file The only bridge between async iterables and RxJS: demand-driven, since RxJS 7 has no backpressure (a slow consumer was run over by 2,000 items). */
import { Observable } from "rxjs";

/** Steps through an async iterable, one item at a time and in order, and emits each step's result.
 *
 * 1. Item n + 1 is asked for when step n starts, and so on up to `ahead` items past the one being stepped on; with 0, when step n has ended.
 * 2. Step n + 1 starts when step n has ended and its result has been seen by every subscriber.
 * 3. Unsubscribing ends the iterable (its `finally` blocks run) after the step in flight.
 *
 * This function owns every await between a source and its subscribers; operators after it stay synchronous.
 * @param ahead items that may wait, made but not stepped on; a whole number ≥ 0
 * @returns a cold Observable: each subscription iterates anew */
export const pull = <T, R>(
  source: AsyncIterable<T>,
  step: (item: T) => Promise<R>,
  ahead = 0,
): Observable<R> =>
  new Observable<R>((subscriber) => {
    const iterator = source[Symbol.asyncIterator]();
    const waiting: Promise<IteratorResult<T>>[] = [];
    const ask = (): void => {
      const item = iterator.next();
      // An item that fails while an earlier step runs is reported when its turn comes, not as an unhandled rejection.
      item.catch(() => undefined);
      waiting.push(item);
    };
    const run = async (): Promise<void> => {
      try {
        while (!subscriber.closed) {
          if (waiting.length === 0) ask();
          const item = await waiting.shift();
          if (item === undefined || item.done === true) break;
          while (waiting.length < ahead) ask();
          subscriber.next(await step(item.value));
        }
      } finally {
        await iterator.return?.();
      }
    };
    run().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
  });
