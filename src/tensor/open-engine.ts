/** @file The one place that knows every engine: opens the one that a configuration names. */
import type { Engine } from "./engine.ts";
import { type OnnxEngineOptions, openOnnxEngine } from "./onnx/engine.ts";
import { type TfjsEngineOptions, openTfjsEngine } from "./tfjs/engine.ts";

/** An engine and how it is opened; plain data. */
export type EngineOptions =
  | ({ readonly kind: "onnx" } & Pick<OnnxEngineOptions, "backend" | "threads">)
  | ({ readonly kind: "tfjs" } & Pick<TfjsEngineOptions, "backend">);

/** @throws {EngineError} when the engine is missing, broken or of a wrong version, or lacks the backend; the hint mends it */
export const openEngine = (options: EngineOptions): Promise<Engine> =>
  options.kind === "onnx" ? openOnnxEngine(options) : openTfjsEngine(options);
