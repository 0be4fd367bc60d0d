import { type Attributes, context, SpanStatusCode, trace } from "@opentelemetry/api";
import { NodeTracerProvider, SamplingDecision } from "@opentelemetry/sdk-trace-node";
import { describe, expect, it } from "vitest";
import { CHAT, type ProcessorOptions, processorTo, startServer } from "./harness.js";

/** An hour ago: the server shows the last day, so that fixed times would be gone from its pages tomorrow. */
const START = Math.floor(Date.now() / 1000) - 3_600;
const END = START + 1;

/** A server, and what it gets of spans that took one second. */
async function setUp(options: ProcessorOptions = {}) {
  const server = await startServer();
  const { processor, tracer } = processorTo(server, options);
  const tell = async (name: string, attributes: Attributes, error?: string) => {
    const span = tracer.startSpan(name, { attributes, startTime: [START, 0] });
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end([END, 0]);
    await processor.forceFlush();
    return server.accepted;
  };
  return { server, processor, tracer, tell };
}

describe("a session", () => {
  const session = {
    "kit.kind": "session",
    "kit.session.name": "daily",
    "session.id": "daily-7",
    "gen_ai.conversation.id": "daily-7",
    "gen_ai.operation.name": "invoke_workflow",
    "gen_ai.workflow.name": "daily",
    "kit.session.result": "ok",
  };

  it("is told when it begins, and again with its name when it ends", async () => {
    const { server, tell } = await setUp();
    const [start, end] = await tell("invoke_workflow daily", session);
    expect(start).toMatchObject({
      kind: "session_start",
      ts: START,
      session: "daily-7",
      data: { name: "daily", span_kind: "session", summary: "session daily" },
    });
    expect(end).toMatchObject({
      kind: "session",
      ts: END,
      session: "daily-7",
      data: {
        action: "end",
        type: "session",
        label: "daily",
        status: "ok",
        duration_ms: 1000,
        duration: 1000,
        start_time: START,
        end_time: END,
      },
    });
    expect(end?.data).not.toHaveProperty("conversation_id");
    const [row] = await server.sessions();
    expect(row).toMatchObject({ session_key: "daily-7", label: "daily", session_type: "session" });
  });

  it("tells its result in the application's word, its error, and its log", async () => {
    const { server, processor, tracer } = await setUp();
    const span = tracer.startSpan("invoke_workflow daily", {
      attributes: { ...session, "kit.session.result": "ok", "error.type": "Error" },
    });
    span.addEvent("kit.log", { "kit.log.message": "5 emails", "kit.log.data": '{"count":5,"ts":"mine"}' });
    span.addEvent("other", { weight: 2 });
    span.setStatus({ code: SpanStatusCode.ERROR, message: "mailbox full" });
    span.end();
    tracer.startSpan("x", { attributes: { ...session, "kit.session.result": "partly done" } }).end();
    await processor.forceFlush();
    const [failed, other] = server.ofKind("session");
    expect(failed?.data).toMatchObject({ status: "error", error: "mailbox full", error_type: "Error" });
    expect(failed?.data.logs).toEqual([{ count: 5, message: "5 emails", ts: expect.any(Number) }]);
    expect(failed?.data.events).toEqual([
      { name: "other", ts: expect.any(Number), attributes: { weight: 2 } },
    ]);
    expect(other?.data.status).toBe("partly done");
  });

  it("of another library, which has no word for its result, went well or failed", async () => {
    const { server, tell } = await setUp();
    const { "kit.session.result": _, ...foreign } = session;
    await tell("a", foreign);
    await tell("b", foreign, "mailbox full");
    expect(server.ofKind("session").map(({ data }) => data.status)).toEqual(["ok", "error"]);
  });

  it("has a key that the server takes and the dashboard shows", async () => {
    const { server, tell } = await setUp();
    await tell("a", { ...CHAT, "session.id": `${"k".repeat(300)}1` });
    await tell("b", { ...CHAT, "session.id": `${"k".repeat(300)}2` });
    await tell("c", { ...CHAT, "session.id": "session:mine" });
    await tell("d", { ...CHAT, "gen_ai.conversation.id": "talk" });
    await tell("e", { ...CHAT, "session.id": "s", "gen_ai.conversation.id": "talk" });
    const [one, two, ...rest] = server.accepted.map(({ session: key }) => key);
    expect(one).toMatch(/^k{247}~[0-9a-f]{8}$/);
    expect(two).toMatch(/^k{247}~[0-9a-f]{8}$/);
    expect(one).not.toBe(two);
    expect(rest).toEqual(["_session:mine", "talk", "s"]);
    expect(server.accepted[4]?.data.conversation_id).toBe("talk");
  });
});

describe("a job", () => {
  const key = "agent:main:cron:nightly";
  const job = {
    "kit.kind": "cron",
    "kit.cron.job": "nightly",
    "session.id": key,
    "kit.session.name": "nightly",
  };

  it("is told once, at its end, as ok or fail", async () => {
    const { server, tell } = await setUp({ emitSpanStart: true });
    await tell("cron nightly", { ...job, "kit.cron.summary": "3 files" });
    await tell("cron nightly", { ...job, "error.type": "Error" }, "disk full");
    expect(server.accepted.map(({ kind }) => kind)).toEqual(["cron", "cron"]);
    expect(server.accepted[0]).toMatchObject({
      ts: END,
      session: key,
      data: {
        job: "nightly",
        status: "ok",
        started_at: START,
        duration_ms: 1000,
        duration: 1000,
        summary: "3 files",
      },
    });
    expect(server.accepted[1]?.data).toMatchObject({ status: "fail", error: "disk full" });
    const { cron_health: health } = await server.stats();
    expect(health.map(({ job, status }: Record<string, string>) => [job, status])).toEqual([
      ["nightly", "fail"],
      ["nightly", "ok"],
    ]);
  });

  it("gathers runs that have keys of their own, and finds a key where there is none", async () => {
    const { server, tell } = await setUp();
    await tell("cron nightly", { ...job, "session.id": `${key}:run:0123456789abcdef` });
    expect(server.accepted.map(({ kind, data }) => [kind, data.type, data.job_name])).toEqual([
      ["cron", undefined, undefined],
      ["session", "cron", "nightly"],
    ]);
    await tell("cron a:b", { "kit.kind": "cron", "kit.cron.job": "a:b" });
    expect(server.accepted.at(-1)?.session).toBe("agent:main:cron:a-b");
  });
});

describe("a span", () => {
  it.each([
    [{ "kit.kind": "task" }, "task classify", "task", "classify"],
    [{ "kit.kind": "agent", "gen_ai.agent.name": "bob" }, "invoke_agent bob", "agent", "bob"],
    [{ "kit.kind": "tool", "gen_ai.tool.name": "search" }, "execute_tool search", "tool", "search"],
    [{ "kit.kind": "trace" }, "anything at all", "trace", "anything at all"],
    [{ "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "f" }, "execute_tool f", "tool", "f"],
    [{ "gen_ai.operation.name": "create_agent" }, "create_agent a", "agent", "a"],
    [{ "gen_ai.operation.name": "retrieval" }, "retrieval docs", "retrieval", "retrieval docs"],
    [{ "gen_ai.agent.id": "7" }, "odd", "trace", "odd"],
  ])("%o is told as a %s of its kind", async (attributes, name, kind, shown) => {
    const { tell } = await setUp();
    const [event] = await tell(name, attributes);
    expect(event).toMatchObject({
      kind: "span_end",
      data: { name: shown, span_kind: kind, status: "ok", duration_ms: 1000, summary: `${kind} ${shown}` },
    });
  });

  it("of another library is told only when all are wanted", async () => {
    expect(await (await setUp()).tell("GET", { "http.request.method": "GET" })).toEqual([]);
    const [event] = await (await setUp({ exportSpans: "all" })).tell("GET", { "http.request.method": "GET" });
    expect(event).toMatchObject({
      kind: "span_end",
      data: { span_kind: "span", attributes: { "http.request.method": "GET" } },
    });
  });

  it("is told at its start too when asked for", async () => {
    const { server, tell } = await setUp({ emitSpanStart: true });
    await tell("task t", { "kit.kind": "task" });
    await tell("event e", { "kit.kind": "event", "kit.event.name": "e" });
    expect(server.accepted.map(({ kind, ts }) => [kind, ts])).toEqual([
      ["span_start", START],
      ["span_end", END],
      ["custom_event", END],
    ]);
  });

  it("tells what the application captured of a function", async () => {
    const { tell } = await setUp();
    const captured = { "kit.function.arguments": '["a"]', "kit.function.result": `"${"r".repeat(600)}"` };
    const [event] = await tell("task t", { "kit.kind": "task", ...captured });
    expect(event?.data.args).toBe('["a"]');
    expect(String(event?.data.result).length).toBe(500);
  });

  it("keeps parents, links and whatever has no field of its own", async () => {
    const { server, processor, tracer } = await setUp();
    const root = tracer.startSpan("task root", { attributes: { "kit.kind": "task" } });
    const inside = trace.setSpan(context.active(), root);
    const link = { context: root.spanContext(), attributes: { why: "because" } };
    const child = tracer.startSpan("chat", { attributes: CHAT, links: [link] }, inside);
    child.recordException(new Error("odd"));
    child.end();
    root.end();
    await processor.forceFlush();
    const [{ traceId, spanId }, own] = [root.spanContext(), child.spanContext()];
    expect(server.accepted[0]).toMatchObject({
      span_id: own.spanId,
      parent_span_id: spanId,
      data: {
        trace_id: traceId,
        span_id: own.spanId,
        parent_span_id: spanId,
        links: [{ trace_id: traceId, span_id: spanId, attributes: { why: "because" } }],
        events: [{ name: "exception", attributes: { "exception.message": "odd" } }],
      },
    });
    expect(server.accepted[1]).not.toHaveProperty("parent_span_id");
  });

  it("tells its newest 8 links, 20 events and 50 log lines", async () => {
    const { server, processor, tracer } = await setUp();
    const range = (count: number) => Array.from({ length: count }, (_, n) => n);
    const links = range(10).map((n) => ({
      context: { traceId: "1".repeat(32), spanId: `${n}`.repeat(16), traceFlags: 1 },
    }));
    const span = tracer.startSpan("task t", { attributes: { "kit.kind": "task" }, links });
    for (const n of range(25)) span.addEvent(`event ${n}`);
    for (const n of range(60)) span.addEvent("kit.log", { "kit.log.message": `line ${n}` });
    span.end();
    await processor.forceFlush();
    const told = server.accepted[0]?.data as Record<"links" | "events" | "logs", Attributes[]> | undefined;
    expect(told?.links.map((link) => link.span_id)).toEqual(
      range(10)
        .slice(2)
        .map((n) => `${n}`.repeat(16)),
    );
    expect(told?.events.map(({ name }) => name)).toEqual(
      range(25)
        .slice(5)
        .map((n) => `event ${n}`),
    );
    expect(told?.logs.map(({ message }) => message)).toEqual(
      range(60)
        .slice(10)
        .map((n) => `line ${n}`),
    );
  });

  it("that the application calls OK is told as ok, whatever error it met on its way", async () => {
    const { server, processor, tracer } = await setUp();
    const attributes = { "kit.kind": "task", "error.type": "Timeout" };
    for (const code of [SpanStatusCode.UNSET, SpanStatusCode.OK])
      tracer.startSpan("task t", { attributes }).setStatus({ code }).end();
    await processor.forceFlush();
    expect(server.accepted.map(({ data }) => data.status)).toEqual(["error", "ok"]);
  });

  it("that is recorded for others, but not sampled, is not told", async () => {
    const server = await startServer();
    const sampler = { shouldSample: () => ({ decision: SamplingDecision.RECORD }) };
    const { processor } = processorTo(server);
    const tracer = new NodeTracerProvider({ sampler, spanProcessors: [processor] }).getTracer("app");
    tracer.startSpan("x", { attributes: CHAT }).end();
    tracer.startSpan("s", { attributes: { "kit.kind": "session", "session.id": "s" } }).end();
    await processor.forceFlush();
    expect(server.requests).toEqual([]);
  });

  it("that is not sampled is not told", async () => {
    const { server, processor, tracer } = await setUp();
    const unsampled = { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 0, isRemote: true };
    tracer.startSpan("x", { attributes: CHAT }, trace.setSpanContext(context.active(), unsampled)).end();
    await processor.forceFlush();
    expect(server.requests).toEqual([]);
  });

  it("keeps a remote parent", async () => {
    const { server, processor, tracer } = await setUp();
    const remote = { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1, isRemote: true };
    tracer.startSpan("x", { attributes: CHAT }, trace.setSpanContext(context.active(), remote)).end();
    await processor.forceFlush();
    expect(server.accepted[0]?.parent_span_id).toBe("2".repeat(16));
  });
});

describe("a moment", () => {
  const event = (data: unknown) => ({
    "kit.kind": "event",
    "kit.event.name": "snapshot",
    "kit.event.data": JSON.stringify(data),
  });

  it("is told with the facts of the application beside its own", async () => {
    const { tell } = await setUp();
    const [told] = await tell("event snapshot", event({ file: "MEMORY.md", size_kb: 142 }));
    expect(told).toMatchObject({
      kind: "custom_event",
      data: {
        name: "snapshot",
        file: "MEMORY.md",
        size_kb: 142,
        summary: "snapshot",
        span_id: told?.span_id,
      },
    });
  });

  it("cannot break the dashboard or pass for another event", async () => {
    const { tell } = await setUp();
    const data = {
      name: "alert_fired",
      kind: "alert_fired",
      trace_id: "forged",
      agent: "forged",
      status: 7,
      model: { a: 1 },
      summary: ["x"],
      error: null,
      tokens: "12",
      cost_usd: "much",
      duration: 3,
      extra: { mine: true },
    };
    const [told] = await tell("event snapshot", event(data));
    expect(told?.kind).toBe("custom_event");
    expect(told?.data).toMatchObject({
      name: "snapshot",
      status: "7",
      tokens: 12,
      duration: 3,
      summary: "snapshot",
      kind: "alert_fired",
      agent: "shop",
      extra: {
        name: "alert_fired",
        trace_id: "forged",
        agent: "forged",
        model: { a: 1 },
        summary: ["x"],
        error: null,
        cost_usd: "much",
        extra: { mine: true },
      },
    });
    expect(told?.data).not.toHaveProperty("model");
    expect(told?.data).not.toHaveProperty("cost_usd");
  });

  it("tells metrics with their tags, and none without a value", async () => {
    const { tell } = await setUp();
    const metric = { "kit.kind": "metric", "kit.event.name": "depth", "kit.metric.tags": '{"queue":"in"}' };
    await tell("metric depth", metric);
    const events = await tell("metric depth", { ...metric, "kit.metric.value": 23 });
    expect(events).toMatchObject([
      { kind: "metric", data: { name: "depth", value: 23, tags: { queue: "in" }, summary: "depth=23" } },
    ]);
  });

  it("tells alerts under both names that dashboards know", async () => {
    const { tell } = await setUp();
    const alert = { "kit.kind": "alert", "kit.alert.message": "Cost spike", "kit.alert.details": "$5.20" };
    const [told] = await tell("alert", { ...alert, "kit.alert.severity": "critical" });
    expect(told).toMatchObject({
      kind: "alert",
      data: { message: "Cost spike", title: "Cost spike", severity: "critical", details: "$5.20" },
    });
  });

  it("tells errors that nobody caught", async () => {
    const { tell } = await setUp();
    const error = {
      "exception.type": "TypeError",
      "exception.message": "x is not a function; key sk-abcdef",
    };
    const [told] = await tell("error TypeError", { "kit.kind": "error", ...error });
    expect(told).toMatchObject({
      kind: "error",
      data: {
        name: "uncaughtException",
        error: "TypeError: x is not a function; key sk-***",
        error_type: "TypeError",
      },
    });
  });
});
