import { totalmem } from "node:os";
import { describe, expect, it } from "vitest";

import { memoryLimit } from "../../src/bin/memory-limit.ts";

describe("memoryLimit", () => {
  it("is some memory, and no more than the machine's", () => {
    expect(memoryLimit()).toBeGreaterThan(2 ** 27);
    expect(memoryLimit()).toBeLessThanOrEqual(totalmem());
  });
});
