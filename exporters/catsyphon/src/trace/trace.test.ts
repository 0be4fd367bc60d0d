import { TraceFlags } from "@opentelemetry/api";
import { expect, it } from "vitest";
import type { ReadableSpan } from "../readable-span.js";
import { TraceIndex } from "./trace.js";

/** As much of a span as is recorded. */
function spanOf(traceId: string, spanId: string): ReadableSpan {
  const spanContext = () => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  return { spanContext, attributes: {} } as unknown as ReadableSpan;
}

/** More spans than an index keeps. */
const TOO_MANY = 100_001;

it("forgets the spans of the oldest traces when it knows too many, but not where some still wait", () => {
  const index = new TraceIndex();
  const waiting = spanOf("waiting", "1");
  index.record(waiting, true).trace.held = [waiting];
  for (let n = 0; n < TOO_MANY; n++) index.record(spanOf("large", `${n}`), true);
  index.record(spanOf("last", "1"), true);
  index.shrink();
  expect(["waiting", "large", "last"].map((id) => index.get(id).size)).toEqual([1, 0, 1]);
});

it("counts no spans of traces that it has forgotten as a whole", () => {
  const index = new TraceIndex();
  for (let n = 0; n < TOO_MANY; n++) index.record(spanOf(`${n}`, "1"), true);
  index.shrink();
  expect(index.get(`${TOO_MANY - 1}`).size).toBe(1);
  expect(index.get(`${TOO_MANY - 10_000}`).size).toBe(1);
});
