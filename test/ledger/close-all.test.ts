import { describe, expect, it } from "vitest";

import { closeAll } from "../../src/ledger/close-all.ts";

describe("closing all", () => {
  it("runs every closer in order and throws the first failure", async () => {
    const seen: string[] = [];
    const closer = (name: string, failure?: Error) => async (): Promise<void> => {
      seen.push(name);
      if (failure !== undefined) throw failure;
    };
    const closers = [
      closer("a"),
      closer("b", new RangeError("b")),
      closer("c", new RangeError("c")),
      closer("d"),
    ];
    await expect(closeAll(closers)).rejects.toThrow(new RangeError("b"));
    expect(seen).toEqual(["a", "b", "c", "d"]);
    await expect(closeAll(closers, { error: new RangeError("first") })).rejects.toThrow("first");
    await expect(closeAll([closer("e")])).resolves.toBeUndefined();
  });
});
