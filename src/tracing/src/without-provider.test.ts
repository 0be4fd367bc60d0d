import { trace as api, context } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { beforeEach, describe, expect, it } from "vitest";
import { agent, cron, joinSession, session, task, tool, trace } from "./index.js";
import { forgetGlobals, recordGlobally } from "./recorded.fixture.js";

// Providers outlive the tests that set them.
beforeEach(forgetGlobals);

describe("without a provider", () => {
  it("functions run as they are, and their promises stay the very same", async () => {
    const promise = Promise.resolve(1);
    for (const mark of [agent, task, tool, trace]) {
      expect(mark("n", () => promise)()).toBe(promise);
      expect(mark("n").run(() => promise)).toBe(promise);
    }
    expect(session("s", () => promise)).toBe(promise);
    expect(cron("j", () => promise)).toBe(promise);
    expect(joinSession(() => promise)).toBe(promise);
    const failed = Promise.reject(new Error("own"));
    expect(agent("n", () => failed)()).toBe(failed);
    await expect(failed).rejects.toThrow("own");
  });

  it("handles can be used in full, with ids that are all zero", () => {
    const s = session("s", { propagate: true });
    expect([s.spanId, s.traceId]).toEqual(["0".repeat(16), "0".repeat(32)]);
    s.log("line", { a: 1 });
    s.setResult("failed");
    expect(s.run(() => "ran")).toBe("ran");
    s.end(new Error("x"));
    const c = cron("j");
    c.setSummary("done");
    c.end();
    expect(api.getActiveSpan()).toBeUndefined();
  });

  it("generators and classes work as before", async () => {
    const numbers = task(function* () {
      yield 1;
      return 2;
    });
    expect([...numbers()]).toEqual([1]);
    class Worker {
      outer() {
        return this.inner();
      }
      inner() {
        return "inner";
      }
    }
    agent(Worker);
    expect(new Worker().outer()).toBe("inner");
  });
});

describe("where spans are not wanted", () => {
  it("a trace that is not sampled leaves nothing, and its children neither", async () => {
    const telemetry = recordGlobally({ sampled: false });
    await session("s", async () => {
      task("t", () => {})();
      expect(api.getActiveSpan()?.isRecording()).toBe(false);
    });
    expect((await telemetry.finish()).spans).toEqual([]);
  });

  it("is measured all the same", async () => {
    const telemetry = recordGlobally({ sampled: false });
    await agent("a", async () => {})();
    const finished = await telemetry.finish();
    expect(
      finished.metrics.flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name)),
    ).toEqual(["gen_ai.invoke_agent.duration"]);
  });

  it("work under suppressed tracing runs without spans and metrics", async () => {
    const telemetry = recordGlobally();
    context.with(suppressTracing(context.active()), () => {
      expect(session("s", () => agent("a", () => 3)())).toBe(3);
    });
    const { spans, metrics } = await telemetry.finish();
    expect([spans, metrics.flatMap((scope) => scope.metrics)]).toEqual([[], []]);
  });
});

describe("a provider that fails", () => {
  it("costs the span and never the application's work", async () => {
    recordGlobally();
    api.disable();
    api.setGlobalTracerProvider({
      getTracer: () => ({
        startSpan() {
          throw new Error("broken SDK");
        },
        startActiveSpan() {
          throw new Error("broken SDK");
        },
      }),
    });
    expect(session("s", () => agent("a", () => 3)())).toBe(3);
    await expect(task("t", async () => Promise.reject(new Error("own")))()).rejects.toThrow("own");
    cron("j").end();
  });
});
