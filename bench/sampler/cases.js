/** @file What is timed of the sampler at a size: the cases of `counterweight bench`, as this stage's scripts take them. */
import { planOf } from "../../dist/study/benchmark/plan.js";
import { samplerCases } from "../../dist/study/benchmark/sampler-cases.js";

/** Cases at about n instances, set up; each does `work` rows, draws or slots; `floor` cases are what the machine does at best. */
export const casesOf = (n) =>
  samplerCases(planOf(n)).map(({ name, floor, work, run }) => ({
    name,
    floor: floor === undefined,
    work,
    run,
  }));
