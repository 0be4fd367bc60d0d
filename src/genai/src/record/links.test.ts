import { expect, it } from "vitest";
import { RememberedSpans } from "./links.js";

const span = (id: number) => ({
  traceId: "0".repeat(31) + 1,
  spanId: String(id).padStart(16, "0"),
  traceFlags: 1,
});

it("links to the span that first told an id", () => {
  const spans = new RememberedSpans();
  spans.remember(["batch_1"], span(1));
  spans.remember(["batch_1"], span(2));
  expect(spans.linksTo(["batch_1"])).toEqual([{ context: span(1) }]);
});

it("links to nothing for ids it does not know", () => {
  expect(new RememberedSpans().linksTo(["x"])).toEqual([]);
  expect(new RememberedSpans().linksTo(undefined)).toEqual([]);
});

it("keeps the last thousand ids", () => {
  const spans = new RememberedSpans();
  for (let id = 0; id <= 1_000; id += 1) spans.remember([`id${id}`], span(id));
  expect(spans.linksTo(["id0"])).toEqual([]);
  expect(spans.linksTo(["id1", "id1000"])).toHaveLength(2);
});
