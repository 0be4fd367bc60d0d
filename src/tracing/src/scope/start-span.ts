import { ATTR, inheritedAttributes, readInherited } from "@kit/genai/core";
import {
  type Attributes,
  type Context,
  type HrTime,
  type Span,
  type SpanOptions,
  trace,
} from "@opentelemetry/api";
import { currentTracer } from "../telemetry.js";
import type { Description } from "./kinds.js";

/** What a span inherits. Sessions and jobs inherit no session, because they are one. */
export function inheritedBy({ operation, handsDown }: Description, parent: Context): Attributes | undefined {
  if (readInherited(parent) === undefined) return undefined;
  const inherited = inheritedAttributes(parent, operation);
  if (handsDown?.sessionId === undefined) return inherited;
  const agent = inherited[ATTR.agentName];
  return agent === undefined ? undefined : { [ATTR.agentName]: agent };
}

/** Starts a span with the attributes that samplers may decide by. */
export function startSpan(
  { spanName, attributes: own }: Description,
  inherited: Attributes | undefined,
  parent: Context,
  root: boolean,
): Span {
  // Spreading both would cost half as much as a span; the inherited object is a copy made for this span.
  const attributes = inherited === undefined ? own : Object.assign(inherited, own);
  const options: SpanOptions = { attributes };
  if (root) {
    const around = trace.getSpanContext(parent);
    options.root = true;
    if (around !== undefined) options.links = [{ context: around }];
  }
  return currentTracer().startSpan(spanName, options, parent);
}

/** The span's own duration, so that metric and span agree; spans of the bare API have none. */
export function durationOf(span: Span): number | undefined {
  const { duration } = span as Span & { duration?: HrTime };
  return Array.isArray(duration) ? duration[0] + duration[1] / 1e9 : undefined;
}
