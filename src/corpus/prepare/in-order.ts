/** @file Runs several tasks at a time and gives their results in the tasks' order. */

/** Results of `run` for each item, in order, with at most `concurrency` started and not yet taken. The first failure in order ends it.
 * @param concurrency ≥ 1 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  concurrency: number,
  run: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const started: Promise<Result>[] = [];
  for (const item of items) {
    const result = run(item);
    // Awaited below, in order; until then a failure must not count as unhandled.
    result.catch(() => {});
    started.push(result);
    if (started.length === concurrency) yield await started.shift()!;
  }
  for (const result of started) yield await result;
}
