/** @file Builds tfjs-node on a current TensorFlow: the published package wants TensorFlow 2.9 and Node before 23, and no newer one exists. */
import { createHash } from "node:crypto";
import { join } from "node:path";

import { EngineError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { runCommand } from "./run-command.ts";
import { nodeApiHeaders, tensorflowWheel, tfjsNode } from "./tensorflow-parts.ts";

/** Programs of the machine that the build uses. */
export interface BuildTools {
  readonly npm: string;
  readonly python: string;
  readonly compiler: string;
}

const npmFlags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

/** Unpacks members of a zip archive, or a whole tar archive. */
const unpack = `
import re, sys, tarfile, zipfile
archive, target, members = sys.argv[1:]
if archive.endswith(".whl"):
    with zipfile.ZipFile(archive) as wheel:
        wheel.extractall(target, [name for name in wheel.namelist() if re.match(members, name)])
else:
    with tarfile.open(archive) as tar:
        tar.extractall(target)
`;

const requireHash = async (files: Files, path: string, expected: string): Promise<void> => {
  const found = createHash("sha256")
    .update(await files.read(path))
    .digest("hex");
  if (found !== expected)
    throw new EngineError(`download must have SHA-256 ${expected}, got ${found}`, {
      path,
      hint: "the registry gave something else than what this version was tested with; ask whoever runs it",
    });
};

/** `isNullOrUndefined` and `isArray` of node:util by what they stand for. */
const modernise = (source: string): string =>
  source
    .replaceAll(/\(0, util_1\.isNullOrUndefined\)\((\w+)\)/g, "($1 == null)")
    .replaceAll("(0, util_1.isArray)(", "Array.isArray(");

/**
 * Fills a folder so that tfjs-node loads from its `node_modules`; 1.1 GB, a minute or two with a fast network.
 *
 * 1. npm: tfjs-node, without its install script's downloads, and Node's C headers.
 * 2. pip: TensorFlow's wheel, by its hash; of it the runtime's two libraries and the C headers.
 * 3. The addon is compiled against both and finds the libraries beside itself.
 *
 * @param folder    exists and is empty
 * @param onProgress what is being done
 * @throws {EngineError} when a program fails or a download is not what it must be
 */
export const buildTensorflow = async (
  files: Files,
  folder: string,
  { npm, python, compiler }: BuildTools,
  onProgress: (doing: string) => void,
): Promise<void> => {
  const work = join(folder, "work");
  const target = join(folder, tfjsNode.folder);
  await files.makeFolder(work);
  await files.write(join(folder, "package.json"), '{ "private": true }\n');

  onProgress(`npm: ${tfjsNode.specifier} and ${nodeApiHeaders.specifier}`);
  await runCommand(npm, ["install", ...npmFlags, tfjsNode.specifier], { folder });
  await runCommand(npm, ["pack", ...npmFlags, nodeApiHeaders.specifier], { folder: work });
  const headers = join(work, nodeApiHeaders.archive);
  await requireHash(files, headers, nodeApiHeaders.sha256);
  await runCommand(python, ["-c", unpack, headers, work, ""]);

  onProgress(`pip: ${tensorflowWheel.specifier}, ${tensorflowWheel.megabytes} MB`);
  const requirements = join(work, "requirements.txt");
  await files.write(requirements, `${tensorflowWheel.specifier} --hash=sha256:${tensorflowWheel.sha256}\n`);
  const pipFlags = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
  const place = ["--require-hashes", "--dest", work, "--requirement", requirements];
  await runCommand(python, ["-m", "pip", "download", ...pipFlags, ...tensorflowWheel.selection, ...place]);
  const wheel = (await files.list(work)).find((name) => name.endsWith(".whl"));
  await runCommand(python, ["-c", unpack, join(work, wheel!), work, tensorflowWheel.members]);

  onProgress("compiling the addon");
  const [binding, libraries] = [join(target, "lib", "napi-v8"), join(target, "deps", "lib")];
  for (const made of [binding, libraries]) await files.makeFolder(made);
  const runtime = join(work, "tensorflow");
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(target, "binding", name));
  const flags = ["-O2", "-fPIC", "-shared", "-std=c++17", "-DNAPI_VERSION=8"];
  const headerFolders = [join(work, "package", "include"), join(runtime, "include")].map(
    (path) => `-I${path}`,
  );
  const linking = [`-L${runtime}`, "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"];
  const output = ["-o", join(binding, "tfjs_binding.node"), "-Wl,-rpath,$ORIGIN/../../deps/lib"];
  await runCommand(compiler, [...flags, ...headerFolders, ...sources, ...output, ...linking]);
  for (const library of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"])
    await files.move(join(runtime, library), join(libraries, library));
  for (const name of tfjsNode.outdated) {
    const path = join(target, name);
    await files.publish(path, modernise(await files.readText(path)));
  }
  await files.remove(work);
};
