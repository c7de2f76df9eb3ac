/** @file `npm run bench -- NAME [options]`: runs one of our benchmarks, or lists them. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const names = readdirSync(here, { recursive: true })
  .filter((path) => path.endsWith(".bench.js"))
  .map((path) => path.replaceAll("\\", "/").replace(/\.bench\.js$/, ""))
  .toSorted((a, b) => (a < b ? -1 : 1));
const [, , name, ...rest] = process.argv;
if (name === undefined || !names.includes(name)) {
  process.stdout.write(`npm run bench -- NAME [options]\n${names.map((known) => `  ${known}\n`).join("")}`);
  process.exit(name === undefined ? 0 : 2);
}
process.argv = [process.argv[0], join(here, `${name}.bench.js`), ...rest];
await import(pathToFileURL(process.argv[1]).href);
