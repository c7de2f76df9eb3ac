/** @file The input files of a dataset: found, measured and hashed before anything else. */
import { dirname, join, resolve } from "node:path";

import { ConfigError, mustBe } from "../../errors.ts";
import type { Files } from "../../files.ts";
import type { DatasetFileEntry } from "./dataset.ts";
import type { DatasetSource } from "./dataset-file.ts";
import { type FileHash, hashFile } from "./file-hash.ts";
import type { ProgressCounter } from "./progress.ts";

/** An input file as found on this machine. */
export interface Input extends FileHash {
  readonly path: string;
}

const refusedEndings: Readonly<Record<string, string>> = {
  ".zst": "decompress it first: zstd -d FILE",
  ".parquet": "write its text column as JSON lines first",
  ".zip": "unpack it first",
  ".bz2": "decompress it first: bunzip2 FILE",
  ".xz": "decompress it first: unxz FILE",
};

/** Where an installed package's file lies: in the nearest node_modules, from `folder` upwards, that has it. */
const findInPackages = async (files: Files, folder: string, name: string): Promise<string | undefined> => {
  const path = join(folder, "node_modules", name);
  if (await files.exists(path)) return path;
  return dirname(folder) === folder ? undefined : findInPackages(files, dirname(folder), name);
};

const findEntry = async (
  files: Files,
  source: DatasetSource,
  entry: DatasetFileEntry,
): Promise<string | undefined> => {
  const folder = resolve(dirname(source.path));
  if (entry.package !== undefined) return findInPackages(files, folder, entry.package);
  const path = resolve(folder, entry.path ?? "");
  return (await files.exists(path)) ? path : undefined;
};

/** Finds every file of every domain.
 * @returns paths by domain, in the dataset's order
 * @throws {ConfigError} for a file that is not there or of a kind that is not read, by key path and line */
export const findInputs = async (files: Files, source: DatasetSource): Promise<string[][]> => {
  const found: string[][] = [];
  for (const [name, domain] of Object.entries(source.dataset.domains)) {
    const paths: string[] = [];
    for (const [index, entry] of domain.files.entries()) {
      const place = source.placeOf(["domains", name, "files", index]);
      const written = entry.package ?? entry.path ?? "";
      const ending = Object.keys(refusedEndings).find((refused) => written.endsWith(refused));
      if (ending !== undefined)
        throw new ConfigError(
          mustBe("input file", "plain text, source, JSON lines, or one of these in gzip", written),
          {
            ...place,
            hint: refusedEndings[ending]!,
          },
        );
      const path = await findEntry(files, source, entry);
      if (path === undefined)
        throw new ConfigError(`input file ${written} does not exist`, {
          ...place,
          hint: entry.package === undefined ? "check the path" : "install the packages: npm ci",
        });
      paths.push(path);
    }
    found.push(paths);
  }
  return found;
};

/** Measures and hashes the files found.
 * @throws {ConfigError} when a file's hash is not the one stated
 * @throws {SourceError} when a file cannot be read. O(bytes). */
export const hashInputs = async (
  files: Files,
  source: DatasetSource,
  found: readonly (readonly string[])[],
  progress: ProgressCounter,
  signal?: AbortSignal,
): Promise<Input[][]> => {
  const lengths = await Promise.all(found.flat().map((path) => files.byteLength(path)));
  progress.begin(
    "inputs",
    lengths.reduce((sum, length) => sum + length, 0),
  );
  const inputs: Input[][] = [];
  for (const [domain, [name, { files: entries }]] of Object.entries(source.dataset.domains).entries()) {
    const hashed: Input[] = [];
    for (const [index, path] of found[domain]!.entries()) {
      const hash = await hashFile(path, (bytes) => progress.add(bytes), signal);
      const stated = entries[index]!.sha256;
      if (stated !== undefined && stated !== hash.sha256)
        throw new ConfigError(mustBe("SHA-256 of the input file", stated, hash.sha256), {
          ...source.placeOf(["domains", name, "files", index, "sha256"]),
          hint: "put the original file back, or state the new hash",
        });
      hashed.push({ path, ...hash });
    }
    inputs.push(hashed);
  }
  return inputs;
};
