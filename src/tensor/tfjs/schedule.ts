/** @file A plan with the ends of its tensors' lives: what is read out after which step, and what may then be freed. */
import type { Plan } from "../plan.ts";
import type { Value } from "../value.ts";

/** A step, what it gives, and whose last reader it is. */
export interface ScheduledStep {
  readonly value: Value;
  /** Resolved inputs, in order. */
  readonly inputs: readonly Value[];
  /** Names of the outputs that this value is. */
  readonly outputs: readonly string[];
  /** Values that nothing reads afterwards, this one included where it is an output only. */
  readonly releases: readonly Value[];
}

const inverse = <Key, Target>(map: ReadonlyMap<Key, Target>): Map<Target, Key[]> => {
  const keys = new Map<Target, Key[]>();
  for (const [key, target] of map) {
    const known = keys.get(target);
    if (known) known.push(key);
    else keys.set(target, [key]);
  }
  return keys;
};

/** The steps of a plan in their order. O(nodes). */
export const schedule = (plan: Plan, outputs: Readonly<Record<string, Value>>): ScheduledStep[] => {
  const lastReaders = new Map<Value, Value>();
  const inputsOf = new Map(plan.steps.map((value) => [value, value.inputs.map((x) => plan.resolve(x))]));
  for (const value of plan.steps)
    for (const read of [value, ...inputsOf.get(value)!]) lastReaders.set(read, value);
  const releases = inverse(lastReaders);
  const names = inverse(new Map(Object.entries(outputs).map(([name, value]) => [name, plan.resolve(value)])));
  return plan.steps.map((value) => ({
    value,
    inputs: inputsOf.get(value)!,
    outputs: names.get(value) ?? [],
    releases: releases.get(value) ?? [],
  }));
};
