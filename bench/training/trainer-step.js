/**
 * @file Our train step as a child of `step.js`, with the prototype's biases.
 * Usage: node trainer-step.js layers,heads,width,context,batch,vocabulary ENGINE, the pipeline's `engine` part as JSON
 */
import { serveSteps } from "./serve-steps.js";

const [, , config, engine] = process.argv;
await serveSteps(config, { biases: true, engine: JSON.parse(engine), warmUps: 3 });
