/**
 * @file Our train step as a rival of PyTorch's, doing the same work: no biases, per-sample losses, linupper, clip, AdamW, float32.
 *
 *     python peers/a_trainer.py --out DIR --config 4,4,128,128,16,1024 --rounds 20 \
 *       --rival "ours=node bench/training/rival.js 4,4,128,128,16,1024"
 *
 * A further argument is the pipeline's `engine` part as JSON; the default is onnx on the cpu with two threads.
 */
import { serveSteps } from "./serve-steps.js";

const [, , config, engine = "{}"] = process.argv;
await serveSteps(config, { biases: false, engine: JSON.parse(engine), warmUps: 2 });
