/** @file Asks peers.py, a Python process that does the ledger's work with pyarrow, polars and DuckDB, line by line: its start and imports are not timed. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Starts it; `ask(question)` gives what peers.py answers, `close()` ends it.
 * @param python command of a Python that has the three */
export const openPeers = (python) => {
  const script = fileURLToPath(new URL("peers.py", import.meta.url));
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`${python} ended`);
      return JSON.parse(value);
    },
    close: () => child.stdin.end(),
  };
};
