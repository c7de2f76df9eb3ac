/** @file A grid over a pipeline: keys, the values each takes, and every combination of them. */
import { ConfigError, mustBe } from "../../errors.ts";

/** A key of the pipeline and the values it takes, as written. */
export interface VariedKey {
  readonly keyPath: string;
  readonly values: readonly string[];
}

/** Cuts at commas outside of brackets, braces and quotes. */
const splitValues = (text: string): string[] => {
  const values = [""];
  let depth = 0;
  let quote = "";
  for (const character of text) {
    if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === '"' || character === "'") quote = character;
    else if ("[{".includes(character)) depth++;
    else if ("]}".includes(character)) depth--;
    if (character === "," && depth === 0 && quote === "") values.push("");
    else values[values.length - 1] += character;
  }
  return values.map((value) => value.trim());
};

/** Reads `key.path=a,b,…`; each value is YAML, and may be a list or a map of its own: `weighing.quantiles=null,[0.05, 0.95]`.
 * @throws {ConfigError} for a key without values, or an empty value */
export const parseVaried = (text: string): VariedKey => {
  const [keyPath = "", list = ""] = text.split(/=(.*)/s);
  const values = splitValues(list);
  if (keyPath === "" || values.includes(""))
    throw new ConfigError(mustBe("--vary", "key.path=a,b,…", text), {
      hint: "e.g. --vary weighing.strategy=uniform,linupper --vary training.learningRate=0.02,0.1",
    });
  return { keyPath, values };
};

/** Overrides of every combination, the last key changing fastest.
 * @throws {ConfigError} when a key occurs twice. O(combinations). */
export const gridOf = (varied: readonly VariedKey[]): string[][] => {
  const twice = varied.find(({ keyPath }, at) => varied.findIndex((key) => key.keyPath === keyPath) < at);
  if (twice !== undefined)
    throw new ConfigError(mustBe("a key of --vary", "given once", twice.keyPath), {
      hint: "name all of its values at once, with commas between them",
    });
  return varied.reduce<string[][]>(
    (points, { keyPath, values }) =>
      points.flatMap((point) => values.map((value) => [...point, `${keyPath}=${value}`])),
    [[]],
  );
};
