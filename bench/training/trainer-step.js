/**
 * @file Our train step as a child of `step.js`, with the prototype's biases.
 * Usage: node trainer-step.js layers,heads,width,context,batch,vocabulary THREADS
 */
import { serveSteps } from "./serve-steps.js";

const [, , config, threads] = process.argv;
await serveSteps(config, { biases: true, engine: { threads: Number(threads) }, warmUps: 3 });
