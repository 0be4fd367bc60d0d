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

it("knows how far the results of a batch were read, by any reader", () => {
  const spans = new RememberedSpans();
  expect([0, 1, 0, 1, 2, 2].map((position) => spans.readResult("b1", position))).toEqual([
    true,
    true,
    false,
    false,
    true,
    false,
  ]);
  expect(spans.readResult("b2", 0)).toBe(true);
});

it("knows it of the last thousand batches", () => {
  const spans = new RememberedSpans();
  for (let id = 0; id <= 1_000; id += 1) spans.readResult(`b${id}`, 0);
  expect(spans.readResult("b1000", 0)).toBe(false);
  expect(spans.readResult("b0", 0)).toBe(true);
});
