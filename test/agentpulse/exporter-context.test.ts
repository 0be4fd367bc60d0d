import { withInherited } from "@kit/genai/framework";
import { agent, cron, event, session, task } from "@kit/tracing";
import { context, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { FakeAgentPulse } from "../support/agentpulse/index.js";
import { CHAT, later, processorTo, startServer } from "./harness.js";

const INSIDE = { sessionId: "daily", agentName: "bob" };
const placed = (server: FakeAgentPulse) =>
  server.accepted.map(({ kind, session: key, data }) => [kind, key, data.agent_name]);

describe("what a session and an agent hand down", () => {
  it("is on every event of the spans below, whoever made them", async () => {
    const server = await startServer();
    const { processor, tracer } = processorTo(server, { exportSpans: "all" });
    context.with(withInherited(INSIDE), () => {
      tracer.startSpan("chat", { attributes: CHAT }).end();
      tracer.startSpan("GET", { attributes: { "http.request.method": "GET" } }).end();
    });
    tracer.startSpan("chat", { attributes: CHAT }).end();
    await processor.forceFlush();
    expect(placed(server)).toEqual([
      ["cost", "daily", "bob"],
      ["span_end", "daily", "bob"],
      ["cost", undefined, undefined],
    ]);
  });

  it("is stamped on the spans, for other exporters too, without making AI spans of others", () => {
    const spans: Record<string, unknown>[] = [];
    const { processor, tracer } = processorTo({ url: "http://127.0.0.1:1", key: "ap_x" } as FakeAgentPulse);
    later(() => processor.shutdown());
    const stamp = (attributes: object) =>
      context.with(withInherited(INSIDE), () => {
        const span = tracer.startSpan("s", { attributes: { ...attributes } });
        spans.push({ ...(span as unknown as { attributes: object }).attributes });
        span.end();
      });
    stamp({ "gen_ai.operation.name": "chat" });
    stamp({ "http.request.method": "GET" });
    stamp({
      "kit.kind": "task",
      "session.id": "own",
      "gen_ai.agent.name": "own",
      "gen_ai.conversation.id": "own",
    });
    expect(spans).toEqual([
      {
        "gen_ai.operation.name": "chat",
        "session.id": "daily",
        "gen_ai.conversation.id": "daily",
      },
      { "http.request.method": "GET", "session.id": "daily" },
      {
        "kit.kind": "task",
        "session.id": "own",
        "gen_ai.agent.name": "own",
        "gen_ai.conversation.id": "own",
      },
    ]);
  });

  it("names the nearest agent, whoever marked it", async () => {
    const server = await startServer();
    const { processor, tracer } = processorTo(server);
    context.with(withInherited(INSIDE), () => {
      const graph = { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "graph" };
      const root = tracer.startSpan("invoke_agent graph", { attributes: graph });
      tracer.startSpan("chat", { attributes: CHAT }, trace.setSpan(context.active(), root)).end();
      root.end();
    });
    await processor.forceFlush();
    expect(placed(server)).toEqual([
      ["cost", "daily", "graph"],
      ["span_end", "daily", "graph"],
    ]);
  });

  it("comes from the spans above where another library marked them", async () => {
    const server = await startServer();
    const { processor, tracer } = processorTo(server);
    const marked = {
      "session.id": "web-1",
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "graph",
    };
    const root = tracer.startSpan("invoke_agent graph", { attributes: marked });
    const middle = tracer.startSpan("GET", {}, trace.setSpan(context.active(), root));
    const call = tracer.startSpan("chat", { attributes: CHAT }, trace.setSpan(context.active(), middle));
    for (const span of [call, middle, root]) span.end();
    await processor.forceFlush();
    expect(placed(server)).toEqual([
      ["cost", "web-1", "graph"],
      ["span_end", "web-1", "graph"],
    ]);
  });
});

describe("what @kit/tracing marks", () => {
  it("arrives as sessions, jobs, agents and moments, each with the key and the ids of where it was", async () => {
    const server = await startServer();
    const { processor, tracer } = processorTo(server);
    trace.setGlobalTracerProvider({ getTracer: () => tracer });
    later(() => trace.disable());
    const call = () => tracer.startSpan("chat gpt-4o", { attributes: CHAT }).end();
    await session("daily", async (s) => {
      s.log("begun", { step: 1 });
      await agent("bob", async () => {
        call();
        await task("classify", async () => event("seen", { count: 2 }))();
      })();
    });
    await cron("nightly", async () => call());
    await expect(
      cron("broken", async () => {
        throw new Error("disk full");
      }),
    ).rejects.toThrow("disk full");
    await processor.forceFlush();
    expect(server.accepted.map(({ kind, session: key, data }) => [kind, key, data.status])).toEqual([
      ["session_start", "daily", undefined],
      ["cost", "daily", "success"],
      ["custom_event", "daily", undefined],
      ["span_end", "daily", "ok"],
      ["span_end", "daily", "ok"],
      ["session", "daily", "ok"],
      ["cost", "agent:main:cron:nightly", "success"],
      ["cron", "agent:main:cron:nightly", "ok"],
      ["cron", "agent:main:cron:broken", "fail"],
    ]);
    const [start, chat, moment, classify, bob, end] = server.accepted;
    expect(bob?.parent_span_id).toBe(start?.span_id);
    expect([chat?.parent_span_id, classify?.parent_span_id]).toEqual([bob?.span_id, bob?.span_id]);
    expect([moment?.span_id, moment?.data.span_id]).toEqual([classify?.span_id, classify?.span_id]);
    expect(chat?.data.agent_name).toBe("bob");
    expect(end?.data.logs).toEqual([{ step: 1, message: "begun", ts: expect.any(Number) }]);
    expect(server.accepted.at(-1)?.data.error).toBe("disk full");
    const rows: { session_key: string; cost: number }[] = await server.sessions();
    expect(rows.find(({ session_key: key }) => key === "agent:main:cron:nightly")?.cost).toBeCloseTo(
      0.001265,
    );
  });
});
