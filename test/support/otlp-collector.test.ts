import { gzipSync } from "node:zlib";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { OtlpCollector } from "./otlp-collector.js";
import { Telemetry } from "./telemetry.js";

let collector: OtlpCollector;
beforeAll(async () => {
  collector = await OtlpCollector.start();
});
afterEach(() => collector.reset());
afterAll(() => collector.close());

const FORMATS = {
  json: {
    type: "application/json",
    traces: JsonTraceSerializer,
    metrics: JsonMetricsSerializer,
    logs: JsonLogsSerializer,
  },
  protobuf: {
    type: "application/x-protobuf",
    traces: ProtobufTraceSerializer,
    metrics: ProtobufMetricsSerializer,
    logs: ProtobufLogsSerializer,
  },
} as const;

async function record() {
  const telemetry = new Telemetry();
  const span = telemetry.tracerProvider
    .getTracer("app", "1.2.3", { schemaUrl: "https://example.com/schema" })
    .startSpan("work", {
      kind: SpanKind.CLIENT,
      attributes: { text: "é", whole: 7, part: 0.5, yes: true, list: ["a", "b"] },
      links: [
        {
          context: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 },
        },
      ],
    });
  span.addEvent("noted", { why: "test" });
  span.setStatus({ code: SpanStatusCode.ERROR, message: "broken" });
  span.end();
  const meter = telemetry.meterProvider.getMeter("app");
  meter
    .createHistogram("took", { unit: "s", advice: { explicitBucketBoundaries: [1, 2] } })
    .record(1.5, { of: "work" });
  meter.createCounter("done", { unit: "{piece}" }).add(3);
  telemetry.loggerProvider.getLogger("app").emit({
    eventName: "app.event",
    severityNumber: 13,
    attributes: { nested: { deep: [1, { text: "x" }] } },
  });
  return telemetry.collect();
}

async function send(
  path: string,
  body: Uint8Array = new Uint8Array(),
  type: string,
  gzip: boolean,
): Promise<Response> {
  return fetch(collector.endpoint + path, {
    method: "POST",
    headers: { "content-type": type, ...(gzip && { "content-encoding": "gzip" }) },
    body: new Uint8Array(gzip ? gzipSync(body) : body),
  });
}

describe.each(Object.entries(FORMATS))("OTLP in %s", (_, { type, traces, metrics, logs }) => {
  it.each([false, true])("is read to plain objects, gzip %s", async (gzip) => {
    const recorded = await record();
    const [span] = recorded.spans;
    const scopeMetrics = [...recorded.metrics];
    await send("/v1/traces", traces.serializeRequest([...recorded.spans]), type, gzip);
    if (span)
      await send(
        "/v1/metrics",
        metrics.serializeRequest({ resource: span.resource, scopeMetrics }),
        type,
        gzip,
      );
    await send("/v1/logs", logs.serializeRequest([...recorded.logs]), type, gzip);

    expect(collector.requests.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(collector.spans).toMatchObject([
      {
        traceId: span?.spanContext().traceId,
        spanId: span?.spanContext().spanId,
        parentSpanId: undefined,
        name: "work",
        kind: 3,
        attributes: { text: "é", whole: 7, part: 0.5, yes: true, list: ["a", "b"] },
        status: { code: 2, message: "broken" },
        events: [{ name: "noted", attributes: { why: "test" } }],
        links: [{ traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" }],
        scope: { name: "app", version: "1.2.3", schemaUrl: "https://example.com/schema" },
      },
    ]);
    expect(collector.spans[0]?.resource["telemetry.sdk.language"]).toBe("nodejs");
    expect(collector.metrics).toMatchObject([
      {
        name: "took",
        unit: "s",
        kind: "histogram",
        points: [{ attributes: { of: "work" }, count: 1, sum: 1.5, bounds: [1, 2], counts: [0, 1, 0] }],
      },
      { name: "done", unit: "{piece}", kind: "sum", points: [{ value: 3 }] },
    ]);
    expect(collector.logs).toMatchObject([
      { eventName: "app.event", severityNumber: 13, attributes: { nested: { deep: [1, { text: "x" }] } } },
    ]);
  });
});

describe("the collector", () => {
  const traces = () => send("/v1/traces", Buffer.from("{}"), "application/json", false);

  it("refuses as told, with Retry-After, and takes the next request again", async () => {
    collector.failNext({ kind: "answer", status: 503, retryAfter: "2" });
    const [first, second] = [await traces(), await traces()];
    expect([first.status, first.headers.get("retry-after"), second.status]).toEqual([503, "2", 200]);
  });

  it("hangs up as told", async () => {
    collector.failNext({ kind: "drop" });
    await expect(traces()).rejects.toThrow("fetch failed");
  });

  it("leaves a request without an answer as told", async () => {
    collector.failNext({ kind: "hang" });
    const stop = new AbortController();
    const answered = fetch(`${collector.endpoint}/v1/traces`, { method: "POST", signal: stop.signal });
    const given = expect(answered).rejects.toThrow("no answer");
    await collector.until(() => collector.requests.length > 0);
    stop.abort(new Error("no answer"));
    await given;
    expect(collector.requests).toMatchObject([{ path: "/v1/traces", status: undefined }]);
  });

  it("answers 404 outside OTLP and 400 to bytes it cannot read", async () => {
    expect((await fetch(`${collector.endpoint}/v1/other`, { method: "POST" })).status).toBe(404);
    expect((await send("/v1/traces", Buffer.from("{"), "application/json", false)).status).toBe(400);
  });

  it("tells when what is waited for has arrived", async () => {
    const arrived = collector.until(({ spans }) => spans.some(({ name }) => name === "work"));
    const recorded = await record();
    await send(
      "/v1/traces",
      JsonTraceSerializer.serializeRequest([...recorded.spans]),
      "application/json",
      false,
    );
    await expect(arrived).resolves.toBeUndefined();
  });
});
