import { AsyncSession, RetryableError, Session } from "@kit/catsyphon";
import { diag } from "@opentelemetry/api";
import { afterEach, describe, expect, it, vi } from "vitest";
import { clientOf, startServer } from "./harness.js";

afterEach(() => diag.disable());

function watchWarnings() {
  const warn = vi.fn();
  diag.setLogger({ error() {}, info() {}, debug() {}, verbose() {}, warn });
  return warn;
}

/** A session of a fresh server that flushes only when asked. */
async function quietSession() {
  const server = await startServer();
  const client = clientOf(server);
  const session = client.session("s", { autoFlush: false });
  const sent = async () => {
    await session.flush();
    return server.sentEvents("s").map(({ type, data }) => ({ type, ...data }));
  };
  return { server, client, session, sent };
}

describe("what a session sends", () => {
  it("starts with agent, place and further metadata, once", async () => {
    const { session, sent } = await quietSession();
    const warn = watchWarnings();
    await session.start({
      agentType: "my-agent",
      agentVersion: "1.2",
      workingDirectory: "/home/ann/app",
      gitBranch: "main",
      parentSessionId: "p",
      slug: "Title",
      contextSemantics: "new",
      ticket: 7,
    });
    await session.start({ agentType: "again" });
    expect(await sent()).toEqual([
      {
        type: "session_start",
        agent_type: "my-agent",
        agent_version: "1.2",
        working_directory: "/home/ann/app",
        git_branch: "main",
        parent_session_id: "p",
        slug: "Title",
        context_semantics: { mode: "new" },
        ticket: 7,
      },
    ]);
    expect(warn).toHaveBeenCalledOnce();
  });

  it.each([
    ["user", "human", "prompt"],
    ["human", "human", "prompt"],
    ["caller", "caller", "prompt"],
    ["assistant", "assistant", "response"],
    ["model", "assistant", "response"],
    ["ai", "assistant", "response"],
    ["agent", "agent", "response"],
    ["system", "system", "context"],
    ["developer", "system", "context"],
    ["tool", "tool", "tool_result"],
    ["function", "tool", "tool_result"],
  ])("takes the role %s for %s, a %s by default", async (role, author_role, message_type) => {
    const { session, sent } = await quietSession();
    await session.message({ role, content: "x" });
    expect(await sent()).toEqual([{ type: "message", author_role, message_type, content: "x" }]);
  });

  it("may be started again after a start that was refused for its metadata", async () => {
    const { session, sent } = await quietSession();
    const refused = session.start({ agentType: "a", author_role: "nobody" });
    await expect(refused).rejects.toThrow(TypeError);
    expect(session.started).toBe(false);
    await session.start({ agentType: "a" });
    expect(await sent()).toEqual([{ type: "session_start", agent_type: "a" }]);
  });

  it("carries model, tokens, thinking and stop reason of a message", async () => {
    const { server, session, sent } = await quietSession();
    await session.message({
      role: "assistant",
      content: "x",
      messageType: "summary",
      model: "gpt-4o",
      tokenUsage: { inputTokens: 3.4, output_tokens: 2, cached: null, odd: Number.NaN },
      thinkingContent: "hm",
      thinkingMetadata: { level: 1 },
      stopReason: "max_tokens",
      emittedAt: "2026-05-01T08:00:00.250001Z",
    });
    expect(await sent()).toEqual([
      {
        type: "message",
        author_role: "assistant",
        message_type: "summary",
        content: "x",
        model: "gpt-4o",
        token_usage: { input_tokens: 3, output_tokens: 2 },
        thinking_content: "hm",
        thinking_metadata: { level: 1 },
        stop_reason: "max_tokens",
      },
    ]);
    expect(server.sentEvents("s")[0]?.emitted_at).toBe("2026-05-01T08:00:00.250001Z");
  });

  it("rejects roles, types and outcomes the server does not know", async () => {
    const { session, server } = await quietSession();
    await expect(session.message({ role: "robot", content: "" })).rejects.toThrow(TypeError);
    await expect(session.message({ role: "toString", content: "" })).rejects.toThrow(TypeError);
    const bad = { role: "user", content: "", messageType: "shout" as "prompt" };
    await expect(session.message(bad)).rejects.toThrow(TypeError);
    await expect(session.complete({ outcome: "meh" as "success" })).rejects.toThrow(TypeError);
    expect(server.requests).toEqual([]);
  });

  it("links results to calls by the id given or made", async () => {
    const { session, sent } = await quietSession();
    expect(await session.toolCall({ name: "Read", parameters: { file_path: "/a" } })).toBe("tool_1");
    expect(await session.toolCall({ name: "Bash", parameters: ["ls"], toolUseId: "mine" })).toBe("mine");
    await session.toolResult({ toolUseId: "tool_1", success: true, result: "text" });
    await session.toolResult({ toolUseId: "mine", success: false, result: { code: 1 }, errorMessage: "no" });
    await session.toolResult({ toolUseId: "mine", result: undefined, errorMessage: "no" });
    const call = { type: "tool_call", author_role: "assistant", message_type: "tool_call" };
    const result = { type: "tool_result", author_role: "tool", message_type: "tool_result" };
    expect(await sent()).toEqual([
      { ...call, tool_name: "Read", tool_use_id: "tool_1", parameters: { file_path: "/a" } },
      { ...call, tool_name: "Bash", tool_use_id: "mine", parameters: { value: ["ls"] } },
      { ...result, tool_use_id: "tool_1", success: true, result: "text" },
      { ...result, tool_use_id: "mine", success: false, result: '{"code":1}', error_message: "no" },
      { ...result, tool_use_id: "mine", success: false, result: "", error_message: "no" },
    ]);
  });

  it("tells thinking and errors", async () => {
    const { session, sent } = await quietSession();
    await session.thinking({ content: "hm", thinkingId: "t1" });
    await session.error({ errorType: "Timeout", message: "late", details: { after: 3 } });
    expect(await sent()).toEqual([
      { type: "thinking", content: "hm", thinking_id: "t1" },
      {
        type: "error",
        author_role: "system",
        message_type: "error",
        error_type: "Timeout",
        message: "late",
        details: { after: 3 },
      },
    ]);
  });

  it("ends with outcome, counts and lists, then completes at the server, once", async () => {
    const { server, session, sent } = await quietSession();
    const warn = watchWarnings();
    await session.start({ agentType: "a" });
    await session.message({ role: "user", content: "x" });
    await session.toolCall({ name: "t" });
    await session.complete({ outcome: "failed", summary: "s", plans: [{ a: 1 }], filesTouched: ["/a"] });
    await session.complete();
    expect((await sent()).at(-1)).toEqual({
      type: "session_end",
      outcome: "failed",
      summary: "s",
      plans: [{ a: 1 }],
      files_touched: ["/a"],
      total_messages: 2,
      total_tool_calls: 1,
    });
    expect(JSON.parse(server.requests.at(-1)?.body ?? "")).toEqual({
      event_count: 4,
      final_sequence: 4,
      outcome: "failed",
      summary: "s",
    });
    expect(server.conversation("s")).toMatchObject({ status: "completed", success: false });
    expect(warn).toHaveBeenCalledOnce();
  });

  it("keeps the true end time when the endpoint is not to be called", async () => {
    const { server, session } = await quietSession();
    await session.start({ agentType: "a" });
    await session.complete({ callEndpoint: false });
    expect(server.requests.every(({ path }) => path === "/collectors/events")).toBe(true);
    expect(server.conversation("s").status).toBe("completed");
  });

  it("does not end twice when completing failed at the endpoint and is tried again", async () => {
    const { server, session } = await quietSession();
    await session.start({ agentType: "a" });
    server.fault = ({ path }) => (path.endsWith("/complete") ? { status: 503 } : undefined);
    await expect(session.complete()).rejects.toThrow(RetryableError);
    server.fault = () => undefined;
    await session.complete();
    expect(server.sentEvents("s").filter(({ type }) => type === "session_end").length).toBe(1);
  });
});

describe("buffering", () => {
  it("flushes when the batch is full and numbers from 1 without gaps", async () => {
    const server = await startServer();
    const session = clientOf(server, { batchSize: 3 }).session("s");
    for (const content of ["1", "2"]) await session.message({ role: "user", content });
    expect(server.requests).toEqual([]);
    for (const content of ["3", "4", "5", "6", "7"]) await session.message({ role: "user", content });
    expect(server.eventRequests().map(({ events }) => events.length)).toEqual([3, 3]);
    expect(session.sequence).toBe(7);
    await session.flush();
    await session.flush();
    expect(server.sentEvents("s").map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(session.conversationId).toBe(server.conversation("s").id);
  });

  it("keeps what a failed flush could not send, and sends it again with the same hashes", async () => {
    const { server, session } = await quietSession();
    await session.message({ role: "user", content: "x" });
    server.failNext(4, { drop: "after" });
    await expect(session.flush()).rejects.toThrow(RetryableError);
    await session.message({ role: "user", content: "y" });
    await session.flush();
    expect(server.messages("s").map(({ content }) => content)).toEqual(["x", "y"]);
  });

  it("does not send again what was accepted before a later request failed", async () => {
    const { server, session } = await quietSession();
    for (let index = 0; index < 70; index++) await session.message({ role: "user", content: `m${index}` });
    server.fault = (_, nth) => (nth === 2 ? { status: 400 } : undefined);
    await expect(session.flush()).rejects.toMatchObject({ statusCode: 400 });
    await session.flush();
    expect(server.eventRequests().map(({ events }) => events.length)).toEqual([50, 20, 20]);
    expect(server.messages("s").length).toBe(70);
  });

  it("keeps the order and one request at a time when nobody waits", async () => {
    const server = await startServer();
    server.delayMs = 2;
    const session = clientOf(server, { batchSize: 2 }).session("s");
    const calls = Array.from({ length: 21 }, (_, index) =>
      session.message({ role: "user", content: `${index}` }),
    );
    await Promise.all(calls);
    await session.flush();
    expect(server.sentEvents("s").map(({ data }) => data.content)).toEqual([...Array(21).keys()].map(String));
    expect(server.mostAtOnce).toBe(1);
  });

  it("continues the numbers of an earlier process", async () => {
    const { server, client } = await quietSession();
    await client.sendEvents("s", [
      { type: "metadata", data: {} },
      { type: "metadata", data: {} },
    ]);
    server.requireSequence = true;
    const session = client.session("s");
    await session.resume();
    await session.message({ role: "user", content: "x" });
    await session.flush();
    expect(server.eventRequests().length).toBe(2);
    expect(session.sequence).toBe(3);
    const fresh = client.session("new");
    await fresh.resume();
    expect(fresh.sequence).toBe(0);
  });

  it("follows the numbers an old server asks for, also for what was added meanwhile", async () => {
    const { server, client } = await quietSession();
    await client.sendEvents("s", [
      { type: "metadata", data: {} },
      { type: "metadata", data: {} },
    ]);
    server.requireSequence = true;
    const session = client.session("s");
    await session.message({ role: "user", content: "a" });
    let meanwhile: Promise<void> | undefined;
    server.fault = () => {
      meanwhile ??= session.message({ role: "user", content: "b" });
      return undefined;
    };
    await session.flush();
    await meanwhile;
    await session.flush();
    await session.message({ role: "user", content: "c" });
    await session.flush();
    expect(server.sentEvents("s").map(({ sequence }) => sequence)).toEqual([1, 2, 1, 3, 4, 5]);
  });

  it.each([
    ["beside the error", { error: "sequence_gap", last_received_sequence: 2 }, 0],
    ["when it is asked", { error: "sequence_gap" }, 1],
  ])("follows the numbers an old server tells %s", async (_, body, questions) => {
    const { server, client, session } = await quietSession();
    await client.sendEvents("s", [
      { type: "metadata", data: {} },
      { type: "metadata", data: {} },
    ]);
    await session.message({ role: "user", content: "a" });
    server.failNext(1, { status: 409, body });
    await session.flush();
    expect(server.sentEvents("s").map(({ sequence }) => sequence)).toEqual([1, 2, 1, 3]);
    expect(server.requests.filter(({ method }) => method === "GET").length).toBe(questions);
  });

  it("sends one request at a time, however many flushes are asked for", async () => {
    const { server, session } = await quietSession();
    const { signal } = new AbortController();
    server.delayMs = 20;
    const flushes: Promise<void>[] = [];
    for (const content of ["a", "b", "c"]) {
      await session.message({ role: "user", content });
      flushes.push(session.flush({ signal }));
    }
    await Promise.all(flushes);
    expect(server.mostAtOnce).toBe(1);
    expect(server.sentEvents("s").map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it("goes on when its completion failed, and ends after what came then", async () => {
    const { server, client } = await quietSession();
    const session = client.session("s", { autoFlush: false });
    await session.message({ role: "user", content: "a" });
    server.fault = () => ({ status: 401 });
    await expect(session.complete()).rejects.toMatchObject({ statusCode: 401 });
    server.fault = () => undefined;
    await session.message({ role: "user", content: "b" });
    await session.complete();
    const [, ...told] = server.sentEvents("s").map(({ type, data }) => [type, data.total_messages]);
    expect(told).toEqual([
      ["message", undefined],
      ["message", undefined],
      ["session_end", 2],
    ]);
  });
});

describe("withSession and await using", () => {
  it("completes with success and returns the result", async () => {
    const server = await startServer();
    const result = await clientOf(server).withSession("s", async (session) => {
      await session.start({ agentType: "a" });
      return 42;
    });
    expect(result).toBe(42);
    expect(server.conversation("s").success).toBe(true);
    expect(server.requests.at(-1)?.path).toBe("/collectors/sessions/s/complete");
  });

  it("completes with failed and throws the very error", async () => {
    const server = await startServer();
    const boom = new Error("boom");
    const running = clientOf(server).withSession("s", async (session) => {
      await session.start({ agentType: "a" });
      await session.message({ role: "user", content: "x" });
      throw boom;
    });
    await expect(running).rejects.toBe(boom);
    expect(server.sentEvents("s").map(({ type, data }) => [type, data.outcome])).toEqual([
      ["session_start", undefined],
      ["message", undefined],
      ["session_end", "failed"],
    ]);
    expect(server.conversation("s").success).toBe(false);
  });

  it("keeps the user's error when closing fails as well, and reports that one", async () => {
    const server = await startServer();
    const errors: unknown[] = [];
    const boom = new Error("boom");
    server.fault = () => ({ status: 400 });
    const client = clientOf(server, { onError: (error) => errors.push(error) });
    const running = client.withSession("s", async (session) => {
      await session.start({ agentType: "a" });
      throw boom;
    });
    await expect(running).rejects.toBe(boom);
    expect(errors).toMatchObject([{ statusCode: 400 }]);
    expect(boom.cause).toBe(errors[0]);
  });

  it("only flushes a session that was not started, and does not complete twice", async () => {
    const server = await startServer();
    const client = clientOf(server);
    await client.withSession("a", (session) => session.message({ role: "user", content: "x" }));
    expect(server.conversation("a").status).toBe("active");
    await client.withSession("b", async (session) => {
      await session.start({ agentType: "a" });
      await session.complete({ outcome: "partial" });
    });
    expect(server.requests.filter(({ path }) => path.endsWith("/complete")).length).toBe(1);
    expect(server.conversation("b").success).toBeNull();
  });

  it("completes with partial when disposed without completion", async () => {
    const server = await startServer();
    const session = clientOf(server).session("s");
    await session.start({ agentType: "a" });
    await session[Symbol.asyncDispose]();
    expect(server.sentEvents("s").at(-1)?.data.outcome).toBe("partial");
    await session[Symbol.asyncDispose]();
    expect(server.requests.filter(({ path }) => path.endsWith("/complete")).length).toBe(1);
  });

  it("also goes by the Async name that the Python SDK has", () => {
    expect(AsyncSession).toBe(Session);
  });
});
