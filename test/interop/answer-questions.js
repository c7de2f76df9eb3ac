/**
 * @file Prints what we say of the instances of the run in DIR, as JSON: {steps: [[step, branch] …], instances: {column: values}}.
 * Usage: node test/interop/answer-questions.js DIR
 */
import { createFiles } from "../../dist/files.js";
import { askLog } from "../../dist/study/questions/ask-log.js";
import { createInstanceStatistics } from "../../dist/study/questions/instance-statistics.js";
import { openRecordedRun } from "../../dist/study/replay/recorded-run.js";

const [dir] = process.argv.slice(2);
const { ledger } = await openRecordedRun(createFiles(), dir);
const steps = [];
for await (const { step, branch } of ledger.steps()) steps.push([step, branch]);
const statistics = createInstanceStatistics();
await askLog(ledger, [statistics]);
const { size, ...columns } = statistics.result();
const instances = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, [...values]]));
console.log(JSON.stringify({ steps, size, instances }));
