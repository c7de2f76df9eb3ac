import { expect, it } from "vitest";

import { column, nullableColumn } from "../../../src/study/export/run-table.ts";

it("a column says whether its values may be missing", () => {
  expect(column("loss", "float32", "nats")).toEqual({
    name: "loss",
    type: "float32",
    nullable: false,
    description: "nats",
  });
  expect(nullableColumn("loss", "float32", "nats").nullable).toBe(true);
});
