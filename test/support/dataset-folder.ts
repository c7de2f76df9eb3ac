/** @file A folder with texts and a dataset file, for tests of prepare. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { onTestFinished } from "vitest";

const wordList = "the whale sea ship of and captain sailed under white storm a to deep harpoon crew".split(
  " ",
);

/** `count` paragraphs of made-up text, the same for the same seed; about 200 bytes each. */
export const paragraphs = (count: number, seed = 1): string[] => {
  let state = seed;
  const next = (bound: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % bound;
  };
  return Array.from({ length: count }, () =>
    Array.from(
      { length: 30 + next(20) },
      () => wordList[next(wordList.length)]! + (next(9) === 0 ? `-${next(50)}` : ""),
    ).join(" "),
  );
};

/** `count` paragraphs as JSON lines. */
export const jsonLines = (count: number, seed = 1): string =>
  paragraphs(count, seed)
    .map((text) => `${JSON.stringify({ text })}\n`)
    .join("");

/** A dataset file with two domains: a text file of 400 kB and JSON lines. */
export const smallDataset = `name: small
seqLen: 32
tokenizer: { kind: bpe, vocabSize: 300 }
heldOut: 0.1
blocksPerDomain: 8
domains:
  tales:
    format: text
    files:
      - path: tales.txt
  lines:
    format: jsonl
    files:
      - path: one.jsonl
      - path: two.jsonl
`;

/** A new temporary folder with these files, removed when the test ends. */
export const folderWith = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "counterweight-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
};

/** A new temporary folder with {@link smallDataset} as `dataset.yaml` and its texts. */
export const smallDatasetFolder = (
  changes: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> =>
  folderWith({
    "dataset.yaml": smallDataset,
    "tales.txt": paragraphs(2000).join("\n\n"),
    "one.jsonl": jsonLines(300, 2),
    "two.jsonl": jsonLines(200, 3),
    ...changes,
  });

/** Every file below a folder and its content in base 64, for comparing whole folders; nothing for a folder that is not there. */
export const contentsOf = async (folder: string): Promise<Record<string, string>> => {
  if (!existsSync(folder)) return {};
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = files
    .toSorted()
    .map(async (file) => [relative(folder, file), (await readFile(file)).toString("base64")]);
  return Object.fromEntries(await Promise.all(contents));
};
