/** @file The manifest on disk: JSON, one line a shard. */
import { ConfigError, ShardError, mustBe } from "../errors.ts";
import { type Files, createFiles } from "../files.ts";
import { parseManifest } from "./manifest-schema.ts";
import { type Manifest, fingerprintOf } from "./manifest.ts";

const again = "prepare the corpus again, or put the original manifest back";

/** Reads and checks a manifest.
 * @throws {ConfigError} when there is no such file
 * @throws {ShardError} when it is not JSON, not a manifest of this format version, or its fingerprint is not that of its content. O(blocks). */
export const readManifest = async (path: string, files: Files = createFiles()): Promise<Manifest> => {
  if (!(await files.exists(path)))
    throw new ConfigError("the corpus' manifest does not exist", {
      keyPath: "corpus.manifest",
      path,
      hint: "check the path, or make the corpus with `counterweight prepare`; a run whose corpus has moved is read by --corpus",
    });
  const value = parsed(await files.readText(path), path);
  if (isNewer(value))
    throw new ShardError(mustBe("formatVersion of a manifest", "1", value.formatVersion), {
      path,
      hint: "it was written by a newer counterweight; update this one",
    });
  const result = parseManifest(value);
  if ("problem" in result)
    throw new ShardError(`the manifest is damaged: ${result.problem}`, { path, hint: again });
  if (fingerprintOf(result.manifest) !== result.manifest.fingerprint)
    throw new ShardError("the manifest was altered: its fingerprint is not that of its content", {
      path,
      hint: again,
    });
  return result.manifest;
};

const isNewer = (value: unknown): value is { formatVersion: number } =>
  typeof value === "object" &&
  value !== null &&
  "formatVersion" in value &&
  typeof value.formatVersion === "number" &&
  value.formatVersion > 1;

const parsed = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ShardError("the manifest is damaged: it is not JSON", { path, hint: again }, error);
  }
};

/** Writes a manifest, whole or not at all: two spaces of indentation, one line a shard, a domain, a held-out block.
 * @throws {StorageError} when the disk refuses */
export const writeManifest = (files: Files, path: string, manifest: Manifest): Promise<void> => {
  const entries = Object.entries(manifest).map(([key, value]) => {
    const lines = Array.isArray(value) ? value.map((item) => `    ${JSON.stringify(item)}`) : undefined;
    return `  "${key}": ${lines?.length ? `[\n${lines.join(",\n")}\n  ]` : JSON.stringify(value)}`;
  });
  return files.publish(path, `{\n${entries.join(",\n")}\n}\n`);
};
