/** @file The operations a strategy may use, so that it is written once and runs on float64 arrays as well as inside a training graph. */

/**
 * Elementwise arithmetic and reductions over the batch. Values have shape [M] or are scalars, which broadcast; plain numbers are scalars.
 * Every operation is one that a tensor program has, so an implementation over graph values is a line each.
 */
export interface Arithmetic<T> {
  add(left: T | number, right: T | number): T;
  sub(left: T | number, right: T | number): T;
  mul(left: T | number, right: T | number): T;
  div(left: T | number, right: T | number): T;
  min(left: T | number, right: T | number): T;
  max(left: T | number, right: T | number): T;
  exp(value: T): T;
  /** Smallest of the batch: [M] to a scalar. */
  batchMin(value: T): T;
  /** Largest of the batch: [M] to a scalar. */
  batchMax(value: T): T;
  /** Sum over the batch: [M] to a scalar. */
  batchSum(value: T): T;
}
