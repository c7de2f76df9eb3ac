/** @file Who writes a ledger: one process at a time. */

/** A process, told apart from every other that ever ran. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes at every boot; null where the system does not say. */
  readonly bootId: string | null;
  readonly pid: number;
  /** Clock ticks since boot at which the process started; null where the system does not say. */
  readonly startTime: string | null;
}
