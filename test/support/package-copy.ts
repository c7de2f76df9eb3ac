/** @file This package installed elsewhere, without some of its dependencies. */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Copies the built package into `folder`, which is made, and links all installed packages but `missing`.
 * @returns path of the copy's command */
export const copyPackage = (folder: string, missing: readonly string[]): string => {
  const modules = join(folder, "node_modules");
  mkdirSync(modules, { recursive: true });
  for (const name of readdirSync(join(root, "node_modules")))
    if (!missing.includes(name)) symlinkSync(join(root, "node_modules", name), join(modules, name));
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  cpSync(join(root, "dist"), join(folder, "dist"), {
    recursive: true,
    filter: (path) => !/\.(d\.ts|map)$/.test(path),
  });
  return join(folder, "dist/bin/counterweight.js");
};
