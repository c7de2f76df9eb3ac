/** @file A process that does nothing but measure how late its event loop is: started by event-loop.bench.js. Each message from its parent is answered with the p99, in milliseconds, since the last. */
import { monitorEventLoopDelay } from "node:perf_hooks";

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on("message", () => {
  process.send(delay.percentile(99) / 1e6);
  delay.reset();
});
process.on("disconnect", () => process.exit());
