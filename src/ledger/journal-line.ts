/** @file Lines of the commit journal. */

/** Plain data of a step's record. */
export type MetricValue =
  | number
  | string
  | boolean
  | null
  | readonly MetricValue[]
  | { readonly [name: string]: MetricValue };

/** A step's record. */
export type Metrics = Readonly<Record<string, MetricValue>>;
