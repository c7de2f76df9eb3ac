/** @file Giving back what was opened, all of it, whatever fails on the way. */

/** Runs every closer in order, then throws the first failure, if there was one.
 * @param because a failure that led here: it is the one to be thrown, whatever else fails */
export const closeAll = async (
  closers: readonly (() => Promise<void>)[],
  because?: { readonly error: unknown },
): Promise<void> => {
  let failure = because;
  for (const close of closers)
    try {
      await close();
    } catch (error) {
      failure ??= { error };
    }
  if (failure !== undefined) throw failure.error;
};
