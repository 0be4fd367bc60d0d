import {
  agent,
  alert,
  cron,
  event,
  flush,
  init,
  metric,
  patch,
  session,
  shutdown,
  task,
  tool,
  trace,
} from "@kit/sdk";
import { trace as api } from "@opentelemetry/api";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { useApplication } from "./harness.js";

const app = useApplication();

const METHODS = [
  OpenAI.Chat.Completions.prototype,
  OpenAI.Completions.prototype,
  OpenAI.Embeddings.prototype,
  OpenAI.Responses.prototype,
].map((prototype) => [prototype, "create"] as const);
const methods = () => METHODS.map(([prototype, name]) => Object.getOwnPropertyDescriptor(prototype, name));

/** Everything a kit leaves on the process while it runs. */
const traces = () => ({
  listeners: process.eventNames().map((name) => [name, process.listenerCount(name)]),
  timers: process.getActiveResourcesInfo().filter((name) => name === "Timeout").length,
  provider: api.getTracer("app").startSpan("span").isRecording(),
});

describe("init", () => {
  it("returns the client that runs, whatever the second call asks for", () => {
    const client = app.start({ debug: true });
    expect(app.start({ agentName: "another" })).toBe(client);
    expect(init()).toBe(client);
    expect(client.active).toBe(true);
    expect(app.stderr.filter((line) => line.includes("runs already"))).toHaveLength(1);
  });

  it("gives the client all that the module exports", () => {
    const helpers = { session, cron, agent, task, tool, trace, event, metric, alert };
    expect(app.start()).toMatchObject(helpers);
  });

  it("starts anew after a shutdown, and tells AgentPulse of both runs", async () => {
    const first = app.start();
    await app.ask("gpt-4o");
    await first.shutdown();
    await app.ask("gpt-4");
    const second = app.start();
    await app.ask("gpt-4o-mini");
    await shutdown();
    expect(second).not.toBe(first);
    expect(app.server.ofKind("cost").map(({ data }) => data.model)).toEqual(["gpt-4o", "gpt-4o-mini"]);
    expect(app.server.ofKind("sdk_init")).toHaveLength(2);
  });

  it.each([null, "options", 5, Object.create(null), { enabled: Object.create(null) }])(
    "never throws, given %o",
    (options) => {
      expect(() => init(options as never)).not.toThrow();
    },
  );

  it("never throws, whatever its options are given", () => {
    const nonsense = {
      apiKey: 5,
      flushInterval: "soon",
      prices: { a: 1 },
      sampler: undefined,
      patchOpenai: "?",
    };
    expect(() => init({ ...app.options, ...(nonsense as object) })).not.toThrow();
  });
});

describe("shutdown", () => {
  it("puts the identical original of every patched method back", async () => {
    const originals = methods();
    app.start();
    for (const [index, patched] of methods().entries()) {
      expect(patched?.value).not.toBe(originals[index]?.value);
    }
    await shutdown();
    expect(methods()).toEqual(originals);
    for (const [index, restored] of methods().entries()) {
      expect(restored?.value).toBe(originals[index]?.value);
    }
  });

  it("takes listeners, timers and provider away, and sends what is left", async () => {
    const before = traces();
    app.start({ flushInterval: 3600 });
    await app.ask();
    await shutdown();
    const { timers, ...after } = traces();
    expect(after).toEqual({ listeners: before.listeners, provider: false });
    // The test runner has timers of its own, which come and go.
    expect(timers).toBeLessThanOrEqual(before.timers);
    expect(app.server.ofKind("cost")).toHaveLength(1);
  });

  it("may be called twice, at once and later", async () => {
    const client = app.start();
    await Promise.all([client.shutdown(), client.shutdown(), shutdown()]);
    await client.shutdown();
    expect(client.active).toBe(false);
    expect(client.patch(OpenAI)).toBe(false);
  });
});

describe.each(["before init", "after shutdown"])("%s", (when) => {
  const settle = async () => {
    if (when === "before init") return;
    app.start();
    await shutdown();
    app.server.requests.length = 0;
  };

  it("runs what it is given, as if alone, and records nothing", async () => {
    await settle();
    expect(session("s", (s) => `${s.spanId.length}`)).toBe("16");
    expect(await session("s", async () => "async")).toBe("async");
    expect(cron("c", () => 1)).toBe(1);
    expect(agent("a")((n: number) => n + 1)(1)).toBe(2);
    expect(task((n: number) => n + 1)(1)).toBe(2);
    expect(tool("t")(() => "tool")()).toBe("tool");
    expect(await trace(async () => "trace")()).toBe("trace");
    expect(() => task(() => JSON.parse("{"))()).toThrow(SyntaxError);
    await expect(cron("c", () => Promise.reject(new Error("own")))).rejects.toThrow("own");
    event("e", { a: 1 });
    metric("m", 1);
    alert("oh");
    expect(patch(OpenAI)).toBe(false);
    await app.ask();
    await flush();
    await shutdown();
    expect(app.server.requests).toEqual([]);
    expect(app.stderr).toEqual([]);
  });
});
