import { SpanStatusCode } from "@opentelemetry/api";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Telemetry } from "../../../test/support/telemetry.js";
import { agent, cron, event, session, task, tool, trace } from "./index.js";
import { activeSpanId, named, recordGlobally } from "./recorded.fixture.js";

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = recordGlobally();
});

const finished = async () => (await telemetry.finish()).spans;

describe("the forms", () => {
  function work(): string {
    return "worked";
  }

  it.each([
    ["a function", agent(work), "invoke_agent work"],
    ["a name, then a function", agent("n")(work), "invoke_agent n"],
    ["a name and a function", agent("n", work), "invoke_agent n"],
    ["a name, options and a function", agent("n", { captureArgs: false }, work), "invoke_agent n"],
    ["options, then a function", agent({ name: "n" })(work), "invoke_agent n"],
    ["options and a function", agent({ name: "n" }, work), "invoke_agent n"],
    ["options without a name", agent({ captureArgs: false })(work), "invoke_agent work"],
    ["nothing, then a function", agent()(work), "invoke_agent work"],
    ["a task", task(work), "task work"],
    ["a task that is a tool", task("n", { tool: true }, work), "execute_tool n"],
    ["a tool", tool(work), "execute_tool work"],
    ["a trace", trace("step one", work), "step one"],
    ["a session", session(work), "invoke_workflow work"],
    ["a session with options", session({ name: "n" })(work), "invoke_workflow n"],
    ["a job", cron({ name: "n" })(work), "cron n"],
    ["a function without a name", agent((() => work)()), "invoke_agent work"],
    [
      "a nameless function",
      agent(Object.defineProperty(() => work(), "name", { value: "" })),
      "invoke_agent anonymous",
    ],
  ])("%s", async (_, marked, name) => {
    expect(marked()).toBe("worked");
    expect((await finished()).map((span) => span.name)).toEqual([name]);
  });

  it("run a block now, in a scope that ends with it", async () => {
    const id = await agent("planner").run(async (scope) => {
      await Promise.resolve();
      expect(activeSpanId()).toBe(scope.spanId);
      return scope.spanId;
    });
    expect((await telemetry.finish()).onlySpan().spanContext().spanId).toBe(id);
  });

  it("start a scope that is ended by hand", async () => {
    const scope = task("by hand").start();
    scope.run(() => event("inside"));
    scope.end();
    const spans = await finished();
    expect(named(spans, "event inside").parentSpanContext?.spanId).toBe(scope.spanId);
  });
});

it("fails a scope with the first failure that it is told", async () => {
  const scope = task("t").start();
  const first = () => {
    throw new Error("first");
  };
  expect(() => scope.run(first)).toThrow("first");
  scope.end(new Error("second"));
  expect((await telemetry.finish()).onlySpan().status.message).toBe("first");
});

it("takes options that cannot be read for none", async () => {
  const unreadable = new Proxy({}, { ownKeys: () => Reflect.ownKeys(null as never) });
  expect(task(unreadable, () => "worked")()).toBe("worked");
  expect(session("s", unreadable, () => "worked")).toBe("worked");
  expect((await finished()).map(({ name }) => name)).toEqual(["task anonymous", "invoke_workflow s"]);
});

describe("a marked function", () => {
  it("keeps its name, length, prototype and properties, which may change later", () => {
    const bare = Object.assign(
      function greet(this: unknown, _a: string, _b: string) {
        return this;
      },
      { version: 3 },
    );
    const marked = agent("other", bare);
    expect([marked.name, marked.length, marked.version]).toEqual(["greet", 2, 3]);
    expect(marked.prototype).toBe(bare.prototype);
    expect(marked).toBeInstanceOf(Function);
    bare.version = 4;
    expect(marked.version).toBe(4);
  });

  it("passes on `this` and arguments, also none", () => {
    const bare = function (this: unknown, ...args: unknown[]) {
      return [this, args];
    };
    const marked = task(bare);
    const self = {};
    expect(marked.call(self, 1, undefined)).toEqual([self, [1, undefined]]);
    expect(marked()[0]).toBe(undefined);
    expect(marked.call(null as never)[0]).toBe(null);
    expect(marked.apply(5 as never)[0]).toBe(5);
  });

  it("still makes what `new` made of it", () => {
    function Point(this: { x: number }, x: number) {
      this.x = x;
    }
    const Marked = task(Point) as unknown as new (x: number) => { x: number };
    const point = new Marked(2);
    expect(point.x).toBe(2);
    expect(point).toBeInstanceOf(Marked);
    expect(point).toBeInstanceOf(Point);
  });

  it("can be a spy", () => {
    const spy = vi.fn((a: number) => a);
    const marked = task(spy);
    marked(4);
    expect(marked).toHaveBeenCalledWith(4);
  });

  it("gives back the very values and throws the very exceptions of the function", () => {
    const value = { done: "perhaps" };
    expect(task(() => value)()).toBe(value);
    const thrown = { odd: true };
    let caught: unknown;
    try {
      task(() => {
        throw thrown;
      })();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe(thrown);
  });

  it("has its siblings beside it, not below it", async () => {
    session("s", () => {
      task("first", () => event("in first"))();
      task("second", () => {})();
    });
    const spans = await finished();
    const root = named(spans, "invoke_workflow s").spanContext().spanId;
    expect(named(spans, "task first").parentSpanContext?.spanId).toBe(root);
    expect(named(spans, "task second").parentSpanContext?.spanId).toBe(root);
  });

  it("sees nothing of another call at the same time", async () => {
    const step = task("step", async (ms: number) => {
      const before = activeSpanId();
      await new Promise((resolve) => setTimeout(resolve, ms));
      expect(activeSpanId()).toBe(before);
      event(`after ${ms}`);
      return before;
    });
    const ids = await session("s", () => Promise.all([step(6), step(3), step(0)]));
    expect(new Set(ids).size).toBe(3);
    const spans = await finished();
    const root = named(spans, "invoke_workflow s").spanContext().spanId;
    for (const [index, ms] of [6, 3, 0].entries()) {
      expect(named(spans, `event after ${ms}`).parentSpanContext?.spanId).toBe(ids[index]);
    }
    expect(
      spans
        .filter(({ name }) => name === "task step")
        .every((span) => span.parentSpanContext?.spanId === root),
    ).toBe(true);
  });

  it("tells of each failure on the spans it passes through", async () => {
    const inner = tool("inner", async () => {
      throw Object.assign(new Error("sk-abcdefgh12 refused"), { status: 401 });
    });
    await expect(agent("outer", () => inner())()).rejects.toThrow("sk-abcdefgh12");
    for (const span of await finished()) {
      expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: "[secret] refused" });
      expect(span.attributes["error.type"]).toBe("401");
    }
  });
});

describe("arguments and results", () => {
  it("are not recorded unless asked for", async () => {
    task("t", (secret: string) => secret)("hush");
    expect(JSON.stringify((await telemetry.finish()).onlySpan().attributes)).not.toContain("hush");
  });

  it.each([
    ['see "https://h/p?k=v", then\nhttps://h/q?k=w\nend', 'see "https://h/p?…", then\nhttps://h/q?…\nend'],
    [{ 'https://u:p@h/?k=v"': 1 }, { 'https://h/?…"': 1 }],
  ])("stay valid JSON without the secrets of addresses: %j", async (given, shown) => {
    task("t", { captureArgs: true }, (_: unknown) => {})(given);
    const text = (await telemetry.finish()).onlySpan().attributes["kit.function.arguments"];
    expect(JSON.parse(String(text))).toEqual([shown]);
  });

  it.each(["https://h/? ".repeat(60), `${"x".repeat(488)} sk-abcdefghijklmnop`])(
    "stay within 500 characters without secrets, and show no part of one: %s",
    async (given) => {
      task("t", { captureArgs: true }, (_: string) => {})(given);
      const text = String((await telemetry.finish()).onlySpan().attributes["kit.function.arguments"]);
      expect(text.length).toBeLessThanOrEqual(500);
      expect(text).not.toContain("sk-");
    },
  );

  it("are JSON of at most 500 characters when asked for, without what looks like a key", async () => {
    const both = { captureArgs: true, captureReturn: true };
    task("long", both, (text: string) => [text])("x".repeat(2_000));
    await task("later", both, async (key: string, n: bigint) => ({ key, n }))("Bearer abcdef123", 5n);
    const spans = await finished();
    for (const key of ["kit.function.arguments", "kit.function.result"]) {
      const text = String(named(spans, "task long").attributes[key]);
      expect(text.length).toBeLessThanOrEqual(500);
      expect(JSON.parse(text)[0]).toMatch(/^x{400,}…$/);
    }
    expect(named(spans, "task later").attributes).toMatchObject({
      "kit.function.arguments": '["[secret]",5]',
      "kit.function.result": '{"key":"[secret]","n":5}',
    });
  });

  it("are those at the time of the call", async () => {
    task("t", { captureArgs: true }, (list: number[]) => list.push(2))([1]);
    expect((await telemetry.finish()).onlySpan().attributes["kit.function.arguments"]).toBe("[[1]]");
  });

  it("are never the reason that a call fails", async () => {
    const hostile = new Proxy({}, { ownKeys: () => [][0] as never });
    expect(task("t", { captureArgs: true, captureReturn: true }, (a: object) => a)(hostile)).toBe(hostile);
    expect((await telemetry.finish()).onlySpan().attributes["kit.function.arguments"]).toBe("[{}]");
  });
});
