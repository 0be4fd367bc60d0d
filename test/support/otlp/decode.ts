import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import type { Collected, CollectedLog, CollectedMetric, CollectedSpan, Point } from "./collected.js";

const SCHEMA = protobuf.parse(readFileSync(new URL("./otlp.proto", import.meta.url), "utf8")).root;

const REQUESTS = {
  "/v1/traces": "ExportTraceServiceRequest",
  "/v1/metrics": "ExportMetricsServiceRequest",
  "/v1/logs": "ExportLogsServiceRequest",
} as const;

/** Paths of OTLP over HTTP. */
export type OtlpPath = keyof typeof REQUESTS;

/** Narrows a request path to one of OTLP. */
export function isOtlpPath(path: string): path is OtlpPath {
  return path in REQUESTS;
}

/** Decodes one export request, JSON or protobuf, to plain objects. Throws on bytes that are neither. */
export function decodeExport(path: OtlpPath, contentType: string, body: Uint8Array): Collected {
  const message = contentType.includes("json")
    ? (JSON.parse(Buffer.from(body).toString()) as OtlpRequest)
    : decodeProtobuf(path, body);
  return {
    spans: flatten(message.resourceSpans, "scopeSpans", "spans", toSpan),
    metrics: flatten(message.resourceMetrics, "scopeMetrics", "metrics", toMetric),
    logs: flatten(message.resourceLogs, "scopeLogs", "logRecords", toLog),
  };
}

/** 64-bit numbers become strings and ids hex, as OTLP's own JSON has them. */
function decodeProtobuf(path: OtlpPath, body: Uint8Array): OtlpRequest {
  const type = SCHEMA.lookupType(REQUESTS[path]);
  return withHexIds(type.toObject(type.decode(body), { longs: String, bytes: String })) as OtlpRequest;
}

const IDS = new Set(["traceId", "spanId", "parentSpanId"]);

function withHexIds(value: unknown, key = ""): unknown {
  if (typeof value === "string" && IDS.has(key)) return Buffer.from(value, "base64").toString("hex");
  if (Array.isArray(value)) return value.map((item) => withHexIds(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withHexIds(member, name)]));
}

interface OtlpRequest {
  readonly resourceSpans?: readonly Group[];
  readonly resourceMetrics?: readonly Group[];
  readonly resourceLogs?: readonly Group[];
}
type Wire = Readonly<Record<string, unknown>>;
type Group = Wire & { readonly resource?: { readonly attributes?: readonly KeyValue[] } };
interface KeyValue {
  readonly key: string;
  readonly value?: AnyValue;
}
interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}
interface Origin {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: { readonly name: string; readonly version: string; readonly schemaUrl: string };
}

function flatten<Item>(
  groups: readonly Group[] | undefined,
  scopes: string,
  items: string,
  read: (item: Wire, origin: Origin) => Item,
): Item[] {
  return (groups ?? []).flatMap((group) =>
    ((group[scopes] ?? []) as readonly Wire[]).flatMap((scoped) => {
      const { name = "", version = "" } = (scoped.scope ?? {}) as { name?: string; version?: string };
      const scope = { name, version, schemaUrl: String(scoped.schemaUrl ?? "") };
      const origin = { resource: toRecord(group.resource?.attributes), scope };
      return ((scoped[items] ?? []) as readonly Wire[]).map((item) => read(item, origin));
    }),
  );
}

function toSpan(span: Wire, origin: Origin): CollectedSpan {
  const { code = 0, message } = (span.status ?? {}) as { code?: number; message?: string };
  return {
    ...origin,
    traceId: String(span.traceId),
    spanId: String(span.spanId),
    parentSpanId: span.parentSpanId ? String(span.parentSpanId) : undefined,
    name: String(span.name ?? ""),
    kind: Number(span.kind ?? 0),
    attributes: toRecord(span.attributes),
    status: { code, message: message || undefined },
    durationNanos: BigInt(String(span.endTimeUnixNano)) - BigInt(String(span.startTimeUnixNano)),
    startNanos: BigInt(String(span.startTimeUnixNano)),
    events: ((span.events ?? []) as readonly Wire[]).map((event) => ({
      name: String(event.name),
      attributes: toRecord(event.attributes),
    })),
    links: ((span.links ?? []) as readonly Wire[]).map((link) => ({
      traceId: String(link.traceId),
      spanId: String(link.spanId),
    })),
  };
}

function toMetric(metric: Wire, origin: Origin): CollectedMetric {
  const kind = (["sum", "gauge", "histogram"] as const).find((name) => metric[name] !== undefined);
  const data = metric[kind ?? "sum"] as { dataPoints?: readonly Wire[] } | undefined;
  return {
    ...origin,
    name: String(metric.name),
    unit: String(metric.unit ?? ""),
    kind,
    points: (data?.dataPoints ?? []).map(toPoint),
  };
}

function toPoint(point: Wire): Point {
  const attributes = toRecord(point.attributes);
  if (point.count === undefined) return { attributes, value: Number(point.asInt ?? point.asDouble) };
  return {
    attributes,
    count: Number(point.count),
    sum: point.sum === undefined ? undefined : Number(point.sum),
    bounds: (point.explicitBounds ?? []) as readonly number[],
    counts: ((point.bucketCounts ?? []) as readonly unknown[]).map(Number),
  };
}

function toLog(log: Wire, origin: Origin): CollectedLog {
  return {
    ...origin,
    eventName: log.eventName ? String(log.eventName) : undefined,
    severityNumber: Number(log.severityNumber ?? 0),
    body: log.body === undefined || log.body === null ? undefined : toValue(log.body as AnyValue),
    attributes: toRecord(log.attributes),
    traceId: log.traceId ? String(log.traceId) : undefined,
    spanId: log.spanId ? String(log.spanId) : undefined,
  };
}

function toRecord(attributes: unknown): Record<string, unknown> {
  const pairs = (attributes ?? []) as readonly KeyValue[];
  return Object.fromEntries(pairs.map(({ key, value }) => [key, toValue(value ?? {})]));
}

function toValue(value: AnyValue): unknown {
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(toValue);
  if (value.kvlistValue !== undefined) return toRecord(value.kvlistValue.values);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null;
}
