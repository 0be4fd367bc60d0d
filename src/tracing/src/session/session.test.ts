import { trace as api, SpanStatusCode } from "@opentelemetry/api";
import { beforeEach, describe, expect, it } from "vitest";
import type { Telemetry } from "../../../../test/support/telemetry.js";
import { agent, cron, event, joinSession, session, tool } from "../index.js";
import { activeSpanId, named, recordGlobally } from "../recorded.fixture.js";

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = recordGlobally();
});

describe("a session", () => {
  it("is a workflow span that carries its key under the names of session and conversation", async () => {
    expect(await session("daily", async () => 7)).toBe(7);
    const span = (await telemetry.finish()).onlySpan();
    expect(span.name).toBe("invoke_workflow daily");
    expect(span.attributes).toEqual({
      "gen_ai.operation.name": "invoke_workflow",
      "gen_ai.workflow.name": "daily",
      "session.id": "daily",
      "gen_ai.conversation.id": "daily",
      "kit.kind": "session",
      "kit.session.name": "daily",
      "kit.session.result": "ok",
    });
  });

  it("gives a synchronous function's result as it is", async () => {
    expect(session("sync", () => "done")).toBe("done");
    expect((await telemetry.finish()).onlySpan().name).toBe("invoke_workflow sync");
  });

  it("is the root of everything inside, which carries its key", async () => {
    await session("mail", { id: "mail-7" }, async () => {
      await agent("reader", async () => {
        await Promise.resolve();
        tool("open", () => event("opened"))();
      })();
    });
    const { spans } = await telemetry.finish();
    const root = named(spans, "invoke_workflow mail");
    expect(root.parentSpanContext).toBeUndefined();
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(spans.map(({ attributes }) => attributes["session.id"])).toEqual(Array(4).fill("mail-7"));
    expect(named(spans, "execute_tool open").attributes["gen_ai.agent.name"]).toBe("reader");
    expect(named(spans, "event opened").parentSpanContext?.spanId).toBe(
      named(spans, "execute_tool open").spanContext().spanId,
    );
  });

  it("is a child inside an active span, and with `root` a trace of its own that links to it", async () => {
    const tracer = telemetry.tracerProvider.getTracer("app");
    tracer.startActiveSpan("request", (request) => {
      session("child", () => {});
      session("own", { root: true }, () => {});
      request.end();
    });
    const { spans } = await telemetry.finish();
    const request = named(spans, "request").spanContext();
    const [child, own] = [named(spans, "invoke_workflow child"), named(spans, "invoke_workflow own")];
    expect(child.parentSpanContext?.spanId).toBe(request.spanId);
    expect(own.parentSpanContext).toBeUndefined();
    expect(own.spanContext().traceId).not.toBe(request.traceId);
    expect(own.links.map((link) => link.context.spanId)).toEqual([request.spanId]);
  });

  it("gives way to a session inside it, and holds again afterwards", async () => {
    session("outer", () => {
      session("inner", () => event("in"));
      event("out");
    });
    const { spans } = await telemetry.finish();
    expect(named(spans, "event in").attributes["session.id"]).toBe("inner");
    expect(named(spans, "event out").attributes["session.id"]).toBe("outer");
    expect(named(spans, "invoke_workflow inner").attributes["gen_ai.conversation.id"]).toBe("inner");
  });

  it("fails with the exception of its work, which is thrown on", async () => {
    const error = new TypeError("no such mailbox");
    await expect(session("s", async () => Promise.reject(error))).rejects.toBe(error);
    expect(() =>
      session("t", () => {
        throw error;
      }),
    ).toThrow(error);
    for (const span of (await telemetry.finish()).spans) {
      expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: "no such mailbox" });
      expect(span.attributes).toMatchObject({ "error.type": "TypeError", "kit.session.result": "error" });
    }
  });

  it.each(["error", "fail", "Failed", "failure"])("fails when its result is said to be %s", async (word) => {
    session("s", (s) => s.setResult(word));
    const span = (await telemetry.finish()).onlySpan();
    expect(span.status.code).toBe(SpanStatusCode.ERROR);
    expect(span.attributes).toMatchObject({
      "kit.session.result": word,
      "error.type": word.toLowerCase(),
    });
  });

  it("keeps any other result in the application's own word", async () => {
    session("s", (s) => s.setResult("partly done"));
    const span = (await telemetry.finish()).onlySpan();
    expect(span.attributes["kit.session.result"]).toBe("partly done");
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  it("lets its block take out of it what it needs", async () => {
    await session("s", async ({ log, setResult }) => {
      log("taken out");
      setResult("done");
    });
    cron("j", ({ log, setSummary }) => {
      log("taken out");
      setSummary("2 files");
    });
    const { spans } = await telemetry.finish();
    expect(
      spans.map(({ events }) => events.map(({ attributes }) => attributes?.["kit.log.message"])),
    ).toEqual([["taken out"], ["taken out"]]);
    expect(named(spans, "invoke_workflow s").attributes["kit.session.result"]).toBe("done");
    expect(named(spans, "cron j").attributes["kit.cron.summary"]).toBe("2 files");
  });

  it("logs at most 50 lines, with facts that JSON alone could not take", async () => {
    session("s", (s) => {
      for (let line = 1; line <= 51; line += 1) s.log(`line ${line}`, { line: BigInt(line) });
    });
    const { events } = (await telemetry.finish()).onlySpan();
    expect(events.length).toBe(50);
    expect(events.at(-1)?.name).toBe("kit.log");
    expect(events.at(-1)?.attributes).toEqual({
      "kit.log.message": "line 50",
      "kit.log.data": '{"line":50}',
    });
  });
});

describe("a session's handle", () => {
  it("tells its ids, runs work inside and ends once", async () => {
    const s = session("chat");
    const inside = s.run(() => activeSpanId());
    expect(inside).toBe(s.spanId);
    expect(await s.run(async () => api.getActiveSpan()?.spanContext().traceId)).toBe(s.traceId);
    expect(activeSpanId()).toBeUndefined();
    expect(telemetry.spans.length).toBe(0);
    s.end();
    s.end(new Error("late"));
    const span = (await telemetry.finish()).onlySpan();
    expect(span.spanContext()).toMatchObject({ spanId: s.spanId, traceId: s.traceId });
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  it("ends with the block of `using` and `await using`", async () => {
    {
      using s = session("sync");
      s.log("inside");
      expect(telemetry.spans.length).toBe(0);
    }
    expect(telemetry.spans.length).toBe(1);
    {
      await using s = session("async");
      await s.run(async () => {});
    }
    expect((await telemetry.finish()).spans.map(({ name }) => name)).toEqual([
      "invoke_workflow sync",
      "invoke_workflow async",
    ]);
  });

  it("fails when work inside threw, or when it is ended with an error", async () => {
    const first = session("first");
    expect(() =>
      first.run(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    first.end();
    session("second").end(new RangeError("outside"));
    const { spans } = await telemetry.finish();
    expect(spans.map(({ status }) => status.message)).toEqual(["inside", "outside"]);
  });
});

describe("a session whose name is missing by mistake", () => {
  it.each([[undefined], [null], [""], [7], [Symbol("s")]])("runs its work all the same: %o", async (name) => {
    expect(session(name as never, () => 3)).toBe(3);
    expect(session(name as never, undefined as never, () => 4)).toBe(4);
    session(name as unknown as string).end();
    expect((await telemetry.finish()).spans.length).toBe(3);
  });

  it("takes it from the options, or does without", async () => {
    expect(session({ name: "n", id: "i" }, (s) => s.key)).toBe("i");
    expect(session({}, () => 1)).toBe(1);
    expect((await telemetry.finish()).spans.map(({ name }) => name)).toEqual([
      "invoke_workflow n",
      "invoke_workflow anonymous",
    ]);
  });
});

describe("a session by wrapper or decorator", () => {
  it("is opened by each call", async () => {
    const handle = session({ name: "request", id: "r-1" })((text: string) => text.length);
    expect([handle("four"), handle("five!")]).toEqual([4, 5]);
    const { spans } = await telemetry.finish();
    expect(spans.map(({ attributes }) => attributes["session.id"])).toEqual(["r-1", "r-1"]);
  });
});

it("says in words of its own that it was given nothing to run", () => {
  using open = session("n");
  const nothing = undefined as never;
  expect(() => open.run(nothing)).toThrow(new TypeError("run() takes a function: what it runs"));
  expect(() => agent("n").run(nothing)).toThrow(new TypeError("run() takes a function: what it runs"));
  expect(() => joinSession({}, nothing)).toThrow("joinSession() takes a function as its last argument");
});
