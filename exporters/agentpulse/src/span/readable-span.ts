import type { Attributes, HrTime, SpanContext } from "@opentelemetry/api";
import { cut } from "../text/scrub.js";

/** The members of the SDK's `ReadableSpan` that are used: those that the 2.x and 3.x lines share. */
export interface ReadableSpan {
  readonly name: string;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: Attributes;
  readonly status: { readonly code: number; readonly message?: string };
  readonly events: readonly SpanEvent[];
  readonly links: readonly { readonly context: SpanContext; readonly attributes?: Attributes }[];
  readonly resource: { readonly attributes: Attributes };
  readonly instrumentationScope: { readonly name: string; readonly version?: string };
  readonly parentSpanContext?: SpanContext;
  spanContext(): SpanContext;
}

export interface SpanEvent {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes?: Attributes;
}

/** Seconds since 1970 with their fraction, which is how AgentPulse tells times. */
export function toSeconds([seconds, nanos]: HrTime): number {
  return seconds + nanos / 1e9;
}

/** How long a span took, in milliseconds to the microsecond; clocks set back give 0. */
export function readDurationMs({ startTime, endTime }: ReadableSpan): number {
  const nanos = (endTime[0] - startTime[0]) * 1e9 + endTime[1] - startTime[1];
  return nanos > 0 ? Math.round(nanos / 1000) / 1000 : 0;
}

/** No field of an event can be longer. */
const MAX_TEXT = 16_384;

/** An attribute that is a text; numbers are taken as text, for applications mix them up. */
export function readText(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name];
  if (typeof value === "string" && value !== "")
    return value.length > MAX_TEXT ? cut(value, MAX_TEXT) : value;
  return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined;
}

/** An attribute that can be an amount: finite and not negative. Some libraries write it as text. */
export function readAmount(attributes: Attributes, name: string): number | undefined {
  const value = attributes[name];
  if (value === undefined || value === "") return undefined;
  const amount = typeof value === "string" ? Number(value) : value;
  return typeof amount === "number" && Number.isFinite(amount) && amount >= 0 ? amount : undefined;
}

export function readParentId(span: ReadableSpan): string | undefined {
  // The 1.x line of the SDK tells the id alone.
  return span.parentSpanContext?.spanId || (span as { parentSpanId?: string }).parentSpanId || undefined;
}
