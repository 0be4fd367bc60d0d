import {
  type Attributes,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
} from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** What a test says of a span; the rest is made up. */
export interface SpanFacts {
  readonly name: string;
  readonly id: string;
  readonly parent?: string;
  readonly trace?: string;
  /** The parent lives in another process. */
  readonly remote?: boolean;
  readonly startMs?: number;
  readonly ms?: number;
  readonly attributes?: Attributes;
  readonly error?: string;
}

const TRACE = "0af7651916cd43dd8448eb211c80319c";

/** A finished span that no tracer has made. */
export function spanOf({
  trace = TRACE,
  startMs = 0,
  ms = 100,
  attributes = {},
  ...facts
}: SpanFacts): ReadableSpan {
  const contextOf = (id: string, isRemote = false): SpanContext => ({
    traceId: trace,
    spanId: id.padStart(16, "0"),
    traceFlags: 1,
    isRemote,
  });
  const status: SpanStatus =
    facts.error == null
      ? { code: SpanStatusCode.UNSET }
      : { code: SpanStatusCode.ERROR, message: facts.error };
  return {
    name: facts.name,
    kind: SpanKind.CLIENT,
    spanContext: () => contextOf(facts.id),
    ...(facts.parent == null ? {} : { parentSpanContext: contextOf(facts.parent, facts.remote) }),
    startTime: [0, startMs * 1e6],
    endTime: [0, (startMs + ms) * 1e6],
    duration: [0, ms * 1e6],
    status,
    attributes,
    links: [],
    events: [],
    ended: true,
    resource: resourceFromAttributes({}),
    instrumentationScope: { name: "test" },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}
