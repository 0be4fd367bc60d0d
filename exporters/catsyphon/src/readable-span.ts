import type { Attributes, HrTime, SpanContext } from "@opentelemetry/api";

/** The members of the SDK's `ReadableSpan` that are used: those that the 2.x and 3.x lines share. */
export interface ReadableSpan {
  readonly name: string;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: Attributes;
  readonly status: { readonly code: number; readonly message?: string };
  readonly events: readonly { readonly name: string; readonly attributes?: Attributes }[];
  readonly resource: { readonly attributes: Attributes };
  readonly parentSpanContext?: SpanContext;
  spanContext(): SpanContext;
}

/** SDKs cut start times to whole milliseconds, and end times not: a span can seem to begin before the one it follows. */
export const START_PRECISION_MICROS = 1_000;

/** Microseconds since 1970, the precision of CatSyphon's times. */
export function toMicros([seconds, nanos]: HrTime): number {
  return seconds * 1_000_000 + Math.floor(nanos / 1000);
}

/** The first of the two attributes that is a non-empty string. */
export function readString(attributes: Attributes, name: string, other?: string): string | undefined {
  const value = attributes[name];
  if (typeof value === "string" && value !== "") return value;
  return other === undefined ? undefined : readString(attributes, other);
}
