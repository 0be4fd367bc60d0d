import { trace as api, context, metrics, SpanStatusCode } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { DataPointType, type MetricData } from "@opentelemetry/sdk-metrics";
import { beforeEach, describe, expect, it } from "vitest";
import type { Telemetry } from "../../../../test/support/telemetry.js";
import { agent, alert, event, metric, session } from "../index.js";
import { forgetGlobals, named, recordGlobally } from "../recorded.fixture.js";

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = recordGlobally();
});

const onlyAttributes = async () => (await telemetry.finish()).onlySpan().attributes;

describe("a moment", () => {
  it("is a span without length, a child of what is active, with its session and agent", async () => {
    session("s", () => agent("a", () => event("seen"))());
    const { spans } = await telemetry.finish();
    const span = named(spans, "event seen");
    expect(span.duration).toEqual([0, 0]);
    expect(span.endTime).toEqual(span.startTime);
    expect(span.parentSpanContext?.spanId).toBe(named(spans, "invoke_agent a").spanContext().spanId);
    expect(span.attributes).toMatchObject({ "session.id": "s", "gen_ai.agent.name": "a" });
  });

  it("outside of everything is a trace of its own", async () => {
    event("alone");
    expect((await telemetry.finish()).onlySpan().parentSpanContext).toBeUndefined();
  });

  it("is not told of where tracing is suppressed", async () => {
    context.with(suppressTracing(context.active()), () => {
      event("e");
      alert("a");
    });
    expect((await telemetry.finish()).spans).toEqual([]);
  });

  it("does nothing without a provider", () => {
    forgetGlobals();
    event("e", { a: 1 });
    metric("m", 1);
    alert("a");
    expect(api.getActiveSpan()).toBeUndefined();
  });
});

describe("an event", () => {
  it.each([
    [{ file: "MEMORY.md", size: 142 }, '{"file":"MEMORY.md","size":142}'],
    ["text", '{"value":"text"}'],
    [7, '{"value":7}'],
    [[1, 2], '{"value":[1,2]}'],
    [null, '{"value":null}'],
    [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
  ])("carries %j as a JSON object", async (data, json) => {
    event("e", data);
    expect((await onlyAttributes())["kit.event.data"]).toBe(json);
  });

  it("without facts carries none", async () => {
    event("e");
    expect(await onlyAttributes()).toEqual({ "kit.kind": "event", "kit.event.name": "e" });
  });

  it("keeps to 12,288 characters of valid JSON and 256 of a name", async () => {
    event("n".repeat(300), { text: "x".repeat(50_000), after: 1 });
    const attributes = await onlyAttributes();
    const json = String(attributes["kit.event.data"]);
    expect(json.length).toBeLessThanOrEqual(12_288);
    expect(JSON.parse(json).text.length).toBeGreaterThan(12_000);
    expect(String(attributes["kit.event.name"]).length).toBe(256);
  });

  it("takes any name", async () => {
    event("" as string);
    event(undefined as never);
    event(Symbol("sign") as never);
    event({
      toString() {
        throw new Error("no");
      },
    } as never);
    const { spans } = await telemetry.finish();
    expect(spans.map(({ name }) => name)).toEqual([
      "event anonymous",
      "event anonymous",
      "event sign",
      "event anonymous",
    ]);
  });
});

describe("an alert", () => {
  it("is a warning unless said otherwise, and no failure of a span", async () => {
    alert("Cost spike");
    const span = (await telemetry.finish()).onlySpan();
    expect(span.name).toBe("alert");
    expect(span.attributes).toEqual({
      "kit.kind": "alert",
      "kit.alert.message": "Cost spike",
      "kit.alert.severity": "warning",
    });
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  it("carries its severity and details, text as it is and anything else as JSON", async () => {
    alert("a", "critical", "$5.20 in last hour");
    alert("b", "info", { spent: 5.2 });
    alert("c", "fatal" as never);
    const { spans } = await telemetry.finish();
    expect(spans.map(({ attributes }) => attributes["kit.alert.severity"])).toEqual([
      "critical",
      "info",
      "warning",
    ]);
    expect(spans.map(({ attributes }) => attributes["kit.alert.details"])).toEqual([
      "$5.20 in last hour",
      '{"spent":5.2}',
      undefined,
    ]);
  });
});

describe("a metric", () => {
  const gauges = (all: Awaited<ReturnType<Telemetry["finish"]>>): MetricData[] =>
    all.metrics.filter(({ scope }) => scope.name === "@kit/tracing").flatMap((each) => each.metrics);

  it("is a span for each value and a gauge that tells the last of each set of tags", async () => {
    metric("queue_depth", 23, { queue: "inbound" });
    metric("queue_depth", 7, { queue: "inbound" });
    metric("queue_depth", 1, { queue: "outbound", full: false });
    const all = await telemetry.finish();
    expect(all.spans.map(({ attributes }) => attributes["kit.metric.value"])).toEqual([23, 7, 1]);
    expect(all.spans[0]?.attributes).toEqual({
      "kit.kind": "metric",
      "kit.event.name": "queue_depth",
      "kit.metric.value": 23,
      "kit.metric.tags": '{"queue":"inbound"}',
    });
    const [gauge] = gauges(all);
    expect(gauge?.descriptor.name).toBe("queue_depth");
    expect(gauge?.dataPointType).toBe(DataPointType.GAUGE);
    expect(gauge?.dataPoints.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ queue: "inbound" }, 7],
      [{ queue: "outbound", full: "false" }, 1],
    ]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, "5", undefined, null])("of %s is dropped", async (value) => {
    metric("m", value as number);
    const all = await telemetry.finish();
    expect([all.spans, gauges(all)]).toEqual([[], []]);
  });

  it("loses no more than its tags when those cannot be read", async () => {
    metric("m", 1, new Proxy({}, { ownKeys: () => Reflect.ownKeys(null as never) }));
    expect((await telemetry.finish()).onlySpan().attributes).toEqual({
      "kit.kind": "metric",
      "kit.event.name": "m",
      "kit.metric.value": 1,
    });
  });

  it("whose name no instrument can have gets one that can, beside its own on the span", async () => {
    metric("Größe in %", 1);
    const all = await telemetry.finish();
    expect(all.onlySpan().name).toBe("metric Größe in %");
    expect(gauges(all)[0]?.descriptor.name).toBe("Gr__e_in__");
  });

  it("keeps 16 tags of 128 characters, and only values that can be told", async () => {
    const tags = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`t${index}`, "v".repeat(200)]));
    metric("m", 1, { bad: Number.NaN, worse: {} as never, ...tags });
    const kept = JSON.parse(String((await onlyAttributes())["kit.metric.tags"])) as Record<string, string>;
    expect(Object.keys(kept).length).toBe(16);
    expect(kept.t0?.length).toBe(128);
    expect(kept.bad).toBeUndefined();
  });

  it("becomes a span alone once 500 names are in use", async () => {
    for (let index = 0; index < 502; index += 1) metric(`m${index}`, 1);
    const all = await telemetry.finish();
    expect([all.spans.length, gauges(all).length]).toEqual([502, 500]);
  });

  it("reaches the meter of a provider that is registered later", async () => {
    metrics.disable();
    metric("m", 1);
    metrics.setGlobalMeterProvider(telemetry.meterProvider);
    metric("m", 2);
    const all = await telemetry.collect();
    expect(gauges(all)[0]?.dataPoints.map(({ value }) => value)).toEqual([2]);
  });
});
