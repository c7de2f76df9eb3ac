/** @file How much memory this process may use. */
import { totalmem } from "node:os";

/** Bytes: the machine's, or the container's where it has less. */
export const memoryLimit = (): number => {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
};
