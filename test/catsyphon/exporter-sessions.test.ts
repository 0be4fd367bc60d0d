import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import {
  agentSpan,
  assistant,
  chatSpan,
  makeSpan,
  newTraceId,
  toolSpan,
  user,
} from "../support/catsyphon/spans.js";
import { exporterTo, exportSpans, page, sessions, tell } from "./exporter-harness.js";
import { startServer } from "./harness.js";

const io = { input: [user("q")], output: [assistant("a")] };
const conversation = (id: string) => ({ "gen_ai.conversation.id": id });

describe("the session of a span", () => {
  it.each([
    ["the conversation", { attributes: conversation("c") }, "shop:c"],
    ["the session attribute", { attributes: { "session.id": "s" } }, "shop:s"],
    [
      "the conversation before the session",
      { attributes: { ...conversation("c"), "session.id": "s" } },
      "shop:c",
    ],
  ])("comes from %s", async (_, options, expected) => {
    const { server } = await tell([chatSpan({ ...io, ...options })]);
    expect(sessions(server)).toEqual([expected]);
  });

  it("comes from the option, as it is", async () => {
    const { server } = await tell([chatSpan({ ...io, attributes: conversation("c") })], {
      sessionId: () => "mine",
    });
    expect(sessions(server)).toEqual(["mine"]);
  });

  it("comes from the trace when nobody names it", async () => {
    const traceId = newTraceId();
    const { server } = await tell([chatSpan({ traceId, ...io })]);
    expect(sessions(server)).toEqual([`trace-${traceId}`]);
  });

  it("comes from the nearest ancestor, or from a sibling", async () => {
    const root = makeSpan({ end: 99 });
    const agent = agentSpan({ parent: root, end: 90, attributes: conversation("c") });
    const chat = chatSpan({ parent: makeSpan({ parent: agent }), start: 1, ...io });
    const tool = toolSpan({ parent: root, tool: "t", start: 50, result: "R" });
    const { server } = await tell([
      chat,
      makeSpan({ parent: agent, spanId: chat.parentSpanContext?.spanId ?? "" }),
      tool,
      agent,
      root,
    ]);
    expect(sessions(server)).toEqual(["shop:c"]);
    expect(page(server, "shop:c").length).toBe(4);
  });

  it("may differ within a trace", async () => {
    const root = makeSpan({ end: 99 });
    const chats = ["a", "b"].map((id, n) =>
      chatSpan({ parent: root, start: n * 10, ...io, attributes: conversation(id) }),
    );
    const { server } = await tell([...chats, root]);
    // Sent side by side, so either may arrive first.
    expect(sessions(server).toSorted()).toEqual(["shop:a", "shop:b"]);
  });

  it("has the prefix asked for, no slashes, and at most 255 characters", async () => {
    const { server } = await tell([chatSpan({ ...io, attributes: conversation("a/b\\c\u0007") })], {
      sessionIdPrefix: "",
    });
    expect(sessions(server)).toEqual(["a_b_c_"]);
    const at = async (length: number) =>
      sessions((await tell([chatSpan({ ...io, attributes: conversation("x".repeat(length)) })])).server)[0] ??
      "";
    expect(await at(250)).toBe(`shop:${"x".repeat(250)}`);
    const long = `shop:${"x".repeat(251)}`;
    const hash = createHash("sha256").update(long).digest("hex").slice(0, 32);
    expect(await at(251)).toBe(`${long.slice(0, 222)}~${hash}`);
  });

  it("stays what it was once something was told, whatever the root reveals later", async () => {
    const server = await startServer();
    const exporter = exporterTo(server);
    const root = agentSpan({ end: 99, attributes: conversation("late") });
    const { traceId } = root.spanContext();
    await exportSpans(exporter, [chatSpan({ parent: root, start: 1, ...io })]);
    await exporter.forceFlush();
    await exportSpans(exporter, [toolSpan({ parent: root, tool: "t", start: 20 }), root]);
    await exporter.shutdown();
    expect(sessions(server)).toEqual([`trace-${traceId}`]);
    expect(page(server, `trace-${traceId}`).length).toBe(4);
  });
});

describe("the start", () => {
  it("is in the first request, earliest in time, although the root ends last", async () => {
    const agent = agentSpan({
      agent: "planner",
      end: 99,
      attributes: { ...conversation("c"), "gen_ai.agent.version": "7" },
    });
    const chats = Array.from({ length: 60 }, (_, n) =>
      chatSpan({ parent: agent, start: n + 1, input: [user(`q${n}`)], output: [assistant(`a${n}`)] }),
    );
    const { server } = await tell([...chats, agent], { slug: (id, type) => `${type} of ${id}` });
    const [first] = server.eventRequests();
    expect(first?.events[0]).toMatchObject({ type: "session_start", sequence: 1 });
    expect(server.conversation("shop:c").startTime).toBe(first?.events[0]?.emitted_at);
    expect(server.conversation("shop:c").metadata).toEqual({
      agent_type: "planner",
      agent_version: "7",
      working_directory: "/home/ann/shop",
      git_branch: "main",
      slug: "planner of shop:c",
      context_semantics: {
        source: "otel",
        trace_id: agent.spanContext().traceId,
        service: "shop",
        provider: "openai",
      },
      otel: expect.anything(),
    });
    const sequences = server.sentEvents("shop:c").map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    const times = server.sentEvents("shop:c").map((event) => event.emitted_at);
    expect(times).toEqual([...new Set(times)].sort());
  });

  it("falls back to resource, service and process", async () => {
    const resource = {
      "service.name": "s".repeat(60),
      "service.version": "2",
      "process.working_directory": "/srv/app",
      "vcs.ref.head.name": "feature",
    };
    const span = chatSpan({ ...io, resource, attributes: conversation("abcdefgh") });
    const options = { workingDirectory: undefined, gitBranch: undefined, sessionIdPrefix: "" } as object;
    const { server } = await tell([span], options);
    expect(server.conversation("abcdefgh").metadata).toMatchObject({
      agent_type: "s".repeat(50),
      agent_version: "2",
      working_directory: "/srv/app",
      git_branch: "feature",
      slug: `${"s".repeat(60)}-cdefgh`,
    });
    const bare = await tell(
      [chatSpan({ ...io, resource: { "service.name": "" }, attributes: conversation("c") })],
      options,
    );
    expect(bare.server.conversation("c").metadata).toMatchObject({
      agent_type: "otel",
      working_directory: process.cwd(),
    });
  });

  it("is told without a directory where that of the process is gone", async () => {
    vi.spyOn(process, "cwd").mockImplementation(() => {
      throw Object.assign(new Error("uv_cwd"), { code: "ENOENT" });
    });
    try {
      const options = { workingDirectory: undefined, gitBranch: undefined } as object;
      const { server } = await tell([chatSpan({ ...io, attributes: conversation("c") })], options);
      const [start] = server.sentEvents("shop:c");
      expect(start?.data).toMatchObject({ agent_type: "shop" });
      expect(start?.data).not.toHaveProperty("working_directory");
      expect(page(server, "shop:c")).toEqual(["user: q", "assistant: a"]);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("is told again when it was dropped", async () => {
    const server = await startServer();
    server.fault = ({ body }) => (body.includes("session_start") ? { status: 422 } : undefined);
    const exporter = exporterTo(server);
    await exportSpans(exporter, [chatSpan({ ...io, attributes: conversation("c") })]);
    await exporter.forceFlush();
    server.fault = () => undefined;
    await exportSpans(exporter, [chatSpan({ ...io, start: 10, attributes: conversation("c") })]);
    await exporter.forceFlush();
    const starts = server.sentEvents("shop:c").filter(({ type }) => type === "session_start");
    expect(starts.length).toBeGreaterThan(1);
    expect(page(server, "shop:c")).toEqual(["user: q", "assistant: a", "user: q", "assistant: a"]);
  });
});

describe("the end", () => {
  const endOf = (server: Awaited<ReturnType<typeof startServer>>, sessionId: string) =>
    server
      .sentEvents(sessionId)
      .filter(({ type }) => type === "session_end")
      .map(({ data, emitted_at }) => [data.outcome, emitted_at.slice(17)]);

  it.each([
    ["success", {}],
    ["failed", { error: { type: "E" } }],
  ])("of a session named by its trace is its root's end, with %s", async (outcome, options) => {
    const root = makeSpan({ end: 99, ...options });
    const { server } = await tell([chatSpan({ parent: root, start: 1, ...io }), root]);
    const sessionId = `trace-${root.spanContext().traceId}`;
    expect(endOf(server, sessionId)).toEqual([[outcome, "40.099000Z"]]);
    expect(server.conversation(sessionId)).toMatchObject({
      status: "completed",
      success: outcome === "success",
    });
    expect(server.requests.some(({ path }) => path.endsWith("/complete"))).toBe(false);
  });

  it("of a conversation comes after half an hour without spans, also when the clock is set back", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date", "performance"] });
    try {
      const { server, exporter } = await tell([chatSpan({ ...io, attributes: conversation("c") })]);
      vi.setSystemTime(Date.now() - 86_400_000);
      await vi.advanceTimersByTimeAsync(29 * 60_000);
      await exporter.forceFlush();
      expect(endOf(server, "shop:c")).toEqual([]);
      await vi.advanceTimersByTimeAsync(60_000);
      await exporter.forceFlush();
      expect(endOf(server, "shop:c").length).toBe(1);
      await exporter.shutdown();
      expect(endOf(server, "shop:c").length).toBe(1);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ["idle", 0, 1],
    ["turn", 2, 2],
    ["shutdown", 0, 1],
    ["never", 0, 0],
  ] as const)(
    "of a conversation with endConversation %s is told %i times before shutdown and %i with it",
    async (endConversation, before, after) => {
      const turns = [0, 10].map((start) => chatSpan({ ...io, start, attributes: conversation("c") }));
      const { server, exporter } = await tell(turns, { endConversation });
      expect(endOf(server, "shop:c").length).toBe(before);
      await exporter.shutdown();
      expect(endOf(server, "shop:c").length).toBe(after);
    },
  );

  it("says abandoned at shutdown when the root is still open, and failed when the last turn failed", async () => {
    const root = agentSpan({ end: 99, attributes: conversation("c") });
    const open = await tell([chatSpan({ parent: root, start: 1, ...io })]);
    await open.exporter.shutdown();
    expect(sessions(open.server).map((id) => endOf(open.server, id).map(([outcome]) => outcome))).toEqual([
      ["abandoned"],
    ]);
    const failed = await tell([chatSpan({ ...io, error: { type: "E" }, attributes: conversation("c") })]);
    await failed.exporter.shutdown();
    expect(endOf(failed.server, "shop:c").map(([outcome]) => outcome)).toEqual(["failed"]);
  });
});

describe("agents called by agents", () => {
  function nested() {
    const root = agentSpan({ agent: "boss", end: 99, attributes: conversation("c") });
    const tool = toolSpan({ parent: root, tool: "delegate", id: "1", start: 10, end: 60, result: "done" });
    const sub = agentSpan({
      agent: "worker",
      parent: tool,
      start: 11,
      end: 50,
      attributes: conversation("c"),
    });
    const subChat = chatSpan({
      parent: sub,
      start: 12,
      end: 40,
      input: [user("work")],
      output: [assistant("worked")],
      attributes: conversation("c"),
    });
    const subTool = toolSpan({ parent: sub, tool: "dig", start: 41, end: 42, result: "gold" });
    const rootChat = chatSpan({ parent: root, start: 70, end: 80, ...io });
    return { root, sub, spans: [subChat, subTool, sub, tool, rootChat, root] };
  }

  it("talk in sessions of their own, linked to the caller's, whose start is sent first", async () => {
    const { sub, spans } = nested();
    const { server } = await tell(spans);
    const child = `shop:c.${sub.spanContext().spanId}`;
    expect(sessions(server)).toEqual(["shop:c", child]);
    expect(server.conversation(child).metadata).toMatchObject({
      agent_type: "worker",
      parent_session_id: "shop:c",
    });
    expect(server.conversation("shop:c").metadata).toMatchObject({ agent_type: "boss" });
    expect(page(server, child)).toEqual([
      "user: work",
      "assistant: worked",
      "assistant: [Tool Call: dig] {}",
      "system: [Tool Result] gold",
    ]);
    expect(page(server, "shop:c")).toEqual([
      "assistant: [Tool Call: delegate] {}",
      "system: [Tool Result] done",
      "user: q",
      "assistant: a",
    ]);
    expect(server.conversation(child).status).toBe("completed");
    expect(server.conversation("shop:c").status).toBe("active");
  });

  it("stay in the caller's session when asked for", async () => {
    const { spans } = nested();
    const { server } = await tell(spans, { subAgents: "inline" });
    expect(sessions(server)).toEqual(["shop:c"]);
    expect(page(server, "shop:c").length).toBe(8);
  });

  it.each([["worker"], [undefined]])(
    "do not count the loop of their own SDK, named %s, as another agent",
    async (name) => {
      const root = agentSpan({ agent: "boss", end: 99, attributes: conversation("c") });
      const sub = agentSpan({ agent: "worker", parent: root, start: 1, end: 50 });
      const loop = agentSpan({ parent: sub, start: 2, end: 49, ...(name !== undefined && { agent: name }) });
      const { server } = await tell([chatSpan({ parent: loop, start: 3, end: 4, ...io }), loop, sub, root]);
      const child = `shop:c.${sub.spanContext().spanId}`;
      expect(sessions(server)).toEqual(["shop:c", child]);
      expect(page(server, child)).toEqual(["user: q", "assistant: a"]);
      expect(server.conversation(child).status).toBe("completed");
    },
  );

  it("keep a conversation id of their own", async () => {
    const root = agentSpan({ agent: "boss", end: 99, attributes: conversation("c") });
    const sub = agentSpan({
      agent: "worker",
      parent: root,
      start: 1,
      end: 50,
      attributes: conversation("own"),
    });
    const { server } = await tell([chatSpan({ parent: sub, start: 2, ...io }), sub, root]);
    expect(server.conversation("shop:own").metadata.parent_session_id).toBe("shop:c");
    expect(page(server, "shop:own").length).toBe(2);
  });

  it("have sessions of their own in a conversation that only spans below the caller name", async () => {
    const root = agentSpan({ agent: "boss", end: 99 });
    const sub = agentSpan({
      agent: "worker",
      parent: root,
      start: 1,
      end: 50,
      attributes: conversation("c"),
    });
    const { server } = await tell([chatSpan({ parent: sub, start: 2, ...io }), sub, root]);
    expect(sessions(server)).toEqual(["shop:c", `shop:c.${sub.spanContext().spanId}`]);
  });

  it("nest as deep as they call each other", async () => {
    const chain = [agentSpan({ agent: "0", end: 99, attributes: conversation("c") })];
    for (let depth = 1; depth < 4; depth++) {
      chain.push(agentSpan({ agent: `${depth}`, parent: chain.at(-1), start: depth, end: 99 - depth }));
    }
    const chat = chatSpan({ parent: chain.at(-1), start: 10, ...io });
    const { server } = await tell([chat, ...chain.toReversed()]);
    const ids = chain.map((span) => span.spanContext().spanId);
    const expected = [
      "shop:c",
      `shop:c.${ids[1]}`,
      `shop:c.${ids[1]}.${ids[2]}`,
      `shop:c.${ids[1]}.${ids[2]}.${ids[3]}`,
    ];
    expect(sessions(server)).toEqual(expected);
    expect(page(server, expected[3] ?? "").length).toBe(2);
    expect(expected.slice(1).map((id) => server.conversation(id).metadata.parent_session_id)).toEqual(
      expected.slice(0, 3),
    );
  });

  it("are linked to the trace's session when the caller runs elsewhere", async () => {
    const traceId = newTraceId();
    const agent = agentSpan({ agent: "remote", traceId, remoteParentId: "f".repeat(16), end: 99 });
    const { server } = await tell([chatSpan({ parent: agent, start: 1, ...io }), agent]);
    const id = `trace-${traceId}.${agent.spanContext().spanId}`;
    expect(sessions(server)).toEqual([id]);
    expect(server.conversation(id)).toMatchObject({
      status: "completed",
      metadata: { parent_session_id: `trace-${traceId}` },
    });
  });

  it("are not made of the spans that only group an application's session", async () => {
    const group = agentSpan({
      end: 99,
      attributes: { "gen_ai.operation.name": "invoke_workflow", "kit.kind": "session", ...conversation("c") },
    });
    const agent = agentSpan({ agent: "a", parent: group, end: 90, attributes: conversation("c") });
    const { server } = await tell([chatSpan({ parent: agent, start: 1, ...io }), agent, group]);
    expect(sessions(server)).toEqual(["shop:c"]);
    expect(server.conversation("shop:c").metadata.agent_type).toBe("a");
  });
});

describe("spans that wait for their ancestors", () => {
  it("are told when the outermost one has ended, not before", async () => {
    const server = await startServer();
    const exporter = exporterTo(server);
    const root = agentSpan({ end: 99, attributes: conversation("c") });
    await exportSpans(exporter, [chatSpan({ parent: root, start: 1, ...io })]);
    expect(exporter.pendingEvents).toBe(0);
    await exportSpans(exporter, [root]);
    expect(exporter.pendingEvents).toBe(3);
  });

  it("do not wait for one that the sampler left out, and end the session", async () => {
    const server = await startServer();
    const exporter = exporterTo(server);
    const agent = agentSpan({ unsampledParentId: "00f067aa0ba902b7", end: 99 });
    await exportSpans(exporter, [chatSpan({ parent: agent, start: 1, ...io }), agent]);
    expect(exporter.pendingEvents).toBe(4);
    await exporter.forceFlush();
    expect(server.conversations.all()).toMatchObject([
      { sessionId: `trace-${agent.spanContext().traceId}`, status: "completed", success: true },
    ]);
  });

  it("are told after the longest wait, also when the clock is set back, or when too many wait", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date", "performance"] });
    try {
      const server = await startServer();
      const exporter = exporterTo(server, { maxHoldMs: 60_000, maxHeldSpans: 5, flushIntervalMs: 1 });
      const root = agentSpan({ end: 99 });
      const chat = (n: number) =>
        chatSpan({ parent: root, start: n, input: [user(`${n}`)], output: [assistant("a")] });
      await exportSpans(exporter, [chat(1)]);
      vi.setSystemTime(Date.now() - 86_400_000);
      await vi.advanceTimersByTimeAsync(59_000);
      expect(exporter.pendingEvents).toBe(0);
      await vi.advanceTimersByTimeAsync(11_000);
      // Not flushed, which would tell what is held as well.
      await vi.waitUntil(() => server.requests.length > 0, { timeout: 60_000 });
      await exporter.forceFlush();
      expect(page(server, `trace-${root.spanContext().traceId}`).length).toBe(2);
      const many = Array.from({ length: 6 }, (_, n) => chatSpan({ parent: agentSpan({}), start: n, ...io }));
      await exportSpans(exporter, many.slice(0, 5));
      expect(exporter.pendingEvents).toBe(0);
      await exportSpans(exporter, many.slice(5));
      expect(exporter.pendingEvents).toBe(3);
      await exporter.shutdown();
    } finally {
      vi.useRealTimers();
    }
  });

  it("are told although ten thousand other traces came after them", async () => {
    const server = await startServer();
    const exporter = exporterTo(server);
    const waiting = chatSpan({ parent: agentSpan({}), start: 1, ...io });
    await exportSpans(exporter, [waiting]);
    for (let n = 0; n < 10_000; n += 500) {
      await exportSpans(
        exporter,
        Array.from({ length: 500 }, () => makeSpan({})),
      );
    }
    await exporter.forceFlush();
    expect(page(server, `trace-${waiting.spanContext().traceId}`).length).toBe(2);
  });

  it("keep their true time when they come late", async () => {
    const server = await startServer();
    const exporter = exporterTo(server);
    const traceId = newTraceId();
    await exportSpans(exporter, [chatSpan({ traceId, start: 500, ...io, attributes: conversation("c") })]);
    await exporter.forceFlush();
    const late = chatSpan({
      traceId,
      start: 100,
      end: 200,
      input: [user("early")],
      output: [assistant("e")],
      attributes: conversation("c"),
    });
    await exportSpans(exporter, [late]);
    await exporter.forceFlush();
    expect(page(server, "shop:c")).toEqual(["user: early", "assistant: e", "user: q", "assistant: a"]);
  });
});
