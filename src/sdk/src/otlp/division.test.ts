import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { expect, it } from "vitest";
import { divideLogs, divideSpans } from "./division.js";

const span = (name: string, length: number) =>
  ({ name, attributes: { content: "x".repeat(length) }, events: [] }) as unknown as ReadableSpan;
const namesOf = (parts: ReadableSpan[][]) => parts.map((part) => part.map(({ name }) => name));

it("keeps together and in order what fits", () => {
  const spans = [span("a", 3_000), span("b", 3_000), span("c", 3_000), span("d", 100)];
  expect(namesOf(divideSpans(spans, 8_000))).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
  expect(namesOf(divideSpans(spans, 1_000_000))).toEqual([["a", "b", "c", "d"]]);
});

it("leaves what is too large by itself alone", () => {
  const spans = [span("a", 10), span("b", 50_000), span("c", 10)];
  expect(namesOf(divideSpans(spans, 5_000))).toEqual([["a"], ["b"], ["c"]]);
});

it("weighs the content inside structures, also where they contain themselves", () => {
  const body: Record<string, unknown> = { parts: [{ content: "x".repeat(3_000) }] };
  body.self = body;
  const record = {
    attributes: { messages: [{ content: "x".repeat(3_000) }] },
    body: { bytes: new Uint8Array(9) },
  };
  const records = [record, record, { attributes: {}, body }] as unknown as ReadableLogRecord[];
  expect(divideLogs(records, 5_000)).toHaveLength(3);
  expect(divideLogs(records.slice(0, 2), 10_000)).toHaveLength(1);
});

it("has no parts of nothing", () => {
  expect(divideSpans([], 10)).toEqual([]);
});
