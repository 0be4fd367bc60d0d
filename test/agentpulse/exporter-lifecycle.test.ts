import {
  type AgentPulseOptions,
  AgentPulseSpanExporter,
  AgentPulseSpanProcessor,
  createAgentPulseProcessorFromEnv,
} from "@kit/exporter-agentpulse";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { InMemorySpanExporter, type ReadableSpan, type SpanProcessor } from "@opentelemetry/sdk-trace-node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fails } from "../support/agentpulse/index.js";
import { CHAT, later, processorTo, startServer, tracerTo } from "./harness.js";

let stderr: string[];
beforeEach(() => {
  stderr = [];
  const write = (text: unknown, done?: unknown) => {
    stderr.push(String(text));
    if (typeof done === "function") done();
    return true;
  };
  vi.spyOn(process.stderr, "write").mockImplementation(write as typeof process.stderr.write);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const EVENTS = ["exit", "beforeExit", "SIGTERM", "SIGINT", "SIGHUP", "uncaughtException"] as const;
const listeners = () => EVENTS.map((event) => process.listenerCount(event));

async function recordOne(processor: AgentPulseSpanProcessor) {
  tracerTo(processor).startSpan("chat", { attributes: CHAT }).end();
  await processor.forceFlush();
  await processor.shutdown();
}

describe("a processor", () => {
  it("without a key says so once, sends nothing, and still marks no harm", async () => {
    const server = await startServer();
    await recordOne(new AgentPulseSpanProcessor({ endpoint: server.url }));
    expect(server.requests).toEqual([]);
    expect(stderr).toEqual([
      "[agentpulse] no API key, nothing is sent; set AGENTPULSE_API_KEY or the option apiKey\n",
    ]);
  });

  it("sends a key that cannot be right, with a warning that does not repeat it", async () => {
    const server = await startServer();
    const options = { endpoint: server.url, heartbeatInterval: 0, compression: "none" } as const;
    await recordOne(new AgentPulseSpanProcessor({ ...options, apiKey: "my-secret-key" }));
    expect(server.ingests[0]?.headers.authorization).toBe("Bearer my-secret-key");
    expect(stderr.join("")).toMatch(/does not begin with ap_/);
    expect(stderr.join("")).not.toContain("secret");
  });

  it.each([
    ["http://agentpulse.example.com", false],
    ["http://127.0.0.1.example.com:1", false],
    ["http://10.0.0.1", false],
    ["http://localhost:1", true],
    ["http://127.0.0.1:1", true],
    ["http://[::1]:1", true],
    ["https://agentpulse.example.com", true],
  ])("does not send the key over plain http to others: %s", async (endpoint, allowed) => {
    const make = (more: AgentPulseOptions = {}) =>
      new AgentPulseSpanProcessor({ endpoint, apiKey: "ap_x", heartbeatInterval: 0, ...more });
    const processor = make();
    expect(processor.pendingEvents).toBe(allowed ? 1 : 0);
    expect(stderr.length).toBe(allowed ? 0 : 1);
    if (!allowed) expect(stderr[0]).toMatch(/plain http.*allowInsecure/);
    const insecure = make({ allowInsecure: true });
    expect(insecure.pendingEvents).toBe(1);
    for (const each of [processor, insecure]) later(() => each.shutdown());
  });

  it.each([{ enabled: false }, { OTEL_SDK_DISABLED: "true" }, { AGENTPULSE_ENABLED: " Off " }])(
    "that is switched off by %o does nothing at all",
    async (off) => {
      const server = await startServer();
      const before = listeners();
      const { enabled, ...variables } = off as { enabled?: boolean };
      for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, String(value));
      const switchOff = enabled === undefined ? {} : { enabled };
      const processor = new AgentPulseSpanProcessor({
        endpoint: server.url,
        apiKey: server.key,
        ...switchOff,
      });
      expect(listeners()).toEqual(before);
      await recordOne(processor);
      expect(server.requests).toEqual([]);
      expect(stderr).toEqual([]);
    },
  );

  it("listens to the end of the process until it is shut down, and to signals only when asked", async () => {
    const before = listeners();
    const options = {
      endpoint: "http://127.0.0.1:1",
      apiKey: "ap_x",
      heartbeatInterval: 0,
      initEvent: false,
    };
    const processor = new AgentPulseSpanProcessor(options);
    expect(listeners()).toEqual(before.map((count, index) => (index < 2 ? count + 1 : count)));
    const all = new AgentPulseSpanProcessor({ ...options, flushOnSignals: true });
    expect(listeners()).toEqual(before.map((count, index) => count + [2, 2, 1, 1, 1, 0][index]!));
    await Promise.all([processor.shutdown(), all.shutdown(), all.shutdown()]);
    expect(listeners()).toEqual(before);
  });

  it("says who it is when it is made, with what it is told to add", async () => {
    const server = await startServer();
    const initEvent = { libraries: { openai: "6.49.0" }, agent: "forged", odd: Number.NaN };
    const { processor } = processorTo(server, { initEvent, agentName: "marcus" });
    await processor.forceFlush();
    expect(server.accepted).toMatchObject([
      {
        kind: "sdk_init",
        data: {
          sdk_version: "0.1.0",
          runtime: "node",
          runtime_version: process.versions.node,
          os: process.platform,
          arch: process.arch,
          agent_name: "marcus",
          agent: "marcus",
          summary: "sdk 0.1.0 started",
          libraries: { openai: "6.49.0" },
          extra: { agent: "forged" },
        },
      },
    ]);
    expect(JSON.parse(server.ingests[0]?.body ?? "")).toMatchObject({
      agent: "marcus",
      sdk_version: "0.1.0",
    });
  });

  it("sends nothing after its shutdown, which sends what waited", async () => {
    const server = await startServer();
    const { processor, tracer } = processorTo(server, { compression: "none" });
    tracer.startSpan("chat", { attributes: CHAT }).end();
    await Promise.all([processor.shutdown(), processor.shutdown()]);
    expect(server.accepted.length).toBe(1);
    tracer.startSpan("chat", { attributes: CHAT }).end();
    await processor.forceFlush();
    expect(server.requests.length).toBe(1);
  });

  it("cuts waits short at its shutdown", async () => {
    const server = await startServer({ fault: () => fails(503) });
    const { processor, tracer } = processorTo(server, { compression: "none" });
    tracer.startSpan("chat", { attributes: CHAT }).end();
    // Waits between attempts, which are of a second and two, never end by themselves.
    const real = globalThis.setTimeout;
    const endless = (work: () => void, ms = 0) => real(work, ms >= 500 && ms < 5_000 ? 2 ** 31 - 1 : ms);
    const stopped = vi.spyOn(globalThis, "setTimeout").mockImplementation(endless as typeof setTimeout);
    later(() => stopped.mockRestore());
    await processor.shutdown();
    expect(server.ingests.length).toBe(3);
  });
});

describe("debug lines", () => {
  it("tell what was sent, refused and unknown, without keys and content", async () => {
    const server = await startServer();
    const { processor, tracer } = processorTo(server, { debug: true });
    const unknown = { "gen_ai.request.model": "my-model", "gen_ai.usage.input_tokens": 3 };
    tracer.startSpan("chat", { attributes: unknown }).end();
    tracer.startSpan("chat", { attributes: { ...unknown, "gen_ai.prompt": "secret words" } }).end();
    await processor.forceFlush();
    server.failNext(1, fails(403, { body: { error: "Invalid API key" } }));
    tracer.startSpan("chat", { attributes: CHAT }).end();
    await processor.forceFlush();
    expect(stderr.every((line) => line.startsWith("[agentpulse] "))).toBe(true);
    const text = stderr.join("");
    expect(text).toContain("flushed 2 events");
    expect(text.match(/no price is known for the model my-model/g)?.length).toBe(1);
    expect(text).toContain("HTTP 403: Invalid API key");
    expect(text).not.toContain(server.key);
    expect(text).not.toContain("secret words");
  });

  it("do not come unasked", async () => {
    const server = await startServer({ fault: () => fails(403) });
    const { processor, tracer } = processorTo(server);
    tracer.startSpan("chat", { attributes: CHAT }).end();
    await processor.forceFlush();
    expect(stderr).toEqual([]);
  });
});

describe("createAgentPulseProcessorFromEnv", () => {
  it("makes nothing, silently, without a key or when switched off", () => {
    vi.stubEnv("AGENTPULSE_API_KEY", " ");
    expect(createAgentPulseProcessorFromEnv()).toBeUndefined();
    vi.stubEnv("AGENTPULSE_API_KEY", "ap_x");
    vi.stubEnv("AGENTPULSE_ENABLED", "no");
    expect(createAgentPulseProcessorFromEnv()).toBeUndefined();
    expect(stderr).toEqual([]);
  });

  it("says in one line what it cannot use, and never throws", () => {
    vi.stubEnv("AGENTPULSE_API_KEY", "ap_x");
    vi.stubEnv("AGENTPULSE_ENDPOINT", "not an address");
    expect(createAgentPulseProcessorFromEnv()).toBeUndefined();
    expect(createAgentPulseProcessorFromEnv({ apiKey: 7 as unknown as string })).toBeUndefined();
    expect(stderr.length).toBe(2);
    expect(stderr[0]).toMatch(/^\[agentpulse\] not started: AGENTPULSE_ENDPOINT: got "not an address"; give/);
  });

  it("reads every variable, which an option overrules", async () => {
    const server = await startServer();
    vi.stubEnv("AGENTPULSE_API_KEY", server.key);
    vi.stubEnv("AGENTPULSE_ENDPOINT", `${server.url}/`);
    vi.stubEnv("AGENTPULSE_AGENT", "by-variable");
    vi.stubEnv("AGENTPULSE_CAPTURE_MESSAGES", "Yes");
    vi.stubEnv("AGENTPULSE_DEBUG", "1");
    const processor = createAgentPulseProcessorFromEnv({
      heartbeatInterval: 0,
      compression: "none",
      debug: false,
    });
    const tracer = tracerTo(processor as SpanProcessor);
    tracer.startSpan("chat", { attributes: { ...CHAT, "gen_ai.prompt": "words" } }).end();
    await processor?.shutdown();
    expect(server.accepted.map(({ data }) => data.agent)).toEqual(["by-variable", "by-variable"]);
    expect(server.accepted[1]?.data.attributes).toMatchObject({ "gen_ai.prompt": "words" });
    expect(stderr).toEqual([]);
  });
});

describe("the exporter", () => {
  const options = { heartbeatInterval: 0, compression: "none" } as const;

  async function spans(count: number, attributes = CHAT): Promise<ReadableSpan[]> {
    const memory = new InMemorySpanExporter();
    const tracer = tracerTo({
      onStart() {},
      onEnd: (span) => memory.export([span], () => {}),
      async forceFlush() {},
      async shutdown() {},
    });
    for (let n = 0; n < count; n++) tracer.startSpan("chat", { attributes }).end();
    return memory.getFinishedSpans();
  }

  const exported = (exporter: AgentPulseSpanExporter, batch: ReadableSpan[]) =>
    new Promise<ExportResult>((resolve) => exporter.export(batch, resolve));

  it("calls back when the events are delivered", async () => {
    const server = await startServer();
    const exporter = new AgentPulseSpanExporter({ endpoint: server.url, apiKey: server.key, ...options });
    const result = await exported(exporter, await spans(250));
    expect(result).toEqual({ code: ExportResultCode.SUCCESS });
    expect(server.ofKind("cost").length).toBe(250);
    expect(server.accepted.length).toBe(250);
    await exporter.shutdown();
    expect((await exported(exporter, await spans(1))).code).toBe(ExportResultCode.FAILED);
  });

  it("calls back with a failure when some were given up", async () => {
    const server = await startServer({ fault: () => fails(403) });
    const exporter = new AgentPulseSpanExporter({ endpoint: server.url, apiKey: server.key, ...options });
    expect((await exported(exporter, await spans(3))).code).toBe(ExportResultCode.FAILED);
    // Nobody holds on to what cannot be sent: the next is refused without a request.
    expect((await exported(exporter, await spans(3))).code).toBe(ExportResultCode.FAILED);
    expect(server.ingests.length).toBe(1);
    expect(exporter.droppedEvents).toBe(6);
    await exporter.shutdown();
  });

  it("calls back with a failure when a span cannot be translated, and delivers the others", async () => {
    const server = await startServer();
    const exporter = new AgentPulseSpanExporter({ endpoint: server.url, apiKey: server.key, ...options });
    const batch = await spans(5);
    const unreadable = Object.create(batch[2] as ReadableSpan, {
      endTime: {
        get() {
          throw new Error("not now");
        },
      },
    });
    const result = await exported(exporter, batch.with(2, unreadable));
    expect(result.code).toBe(ExportResultCode.FAILED);
    expect(server.ofKind("cost").length).toBe(4);
    expect(exporter.droppedEvents).toBe(1);
    await exporter.shutdown();
  });

  it("calls back within 25 seconds although the server never answers", async () => {
    const server = await startServer({ fault: () => ({ kind: "hang" }) });
    const batch = await spans(150);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    later(() => vi.useRealTimers());
    const exporter = new AgentPulseSpanExporter({ endpoint: server.url, apiKey: server.key, ...options });
    const begun = Date.now();
    let seconds: number | undefined;
    const result = exported(exporter, batch).finally(() => {
      seconds = (Date.now() - begun) / 1000;
    });
    for (let second = 0; second < 30; second++) {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(seconds).toBeGreaterThan(20);
    expect(seconds).toBeLessThanOrEqual(25);
    expect((await result).code).toBe(ExportResultCode.FAILED);
    vi.useRealTimers();
    await exporter.shutdown();
  });

  it("tells of a session's start when it ends", async () => {
    const server = await startServer();
    const exporter = new AgentPulseSpanExporter({ endpoint: server.url, apiKey: server.key, ...options });
    const session = { "kit.kind": "session", "kit.session.name": "s", "session.id": "s" };
    await exported(exporter, await spans(1, session));
    expect(server.accepted.map(({ kind }) => kind)).toEqual(["session_start", "session"]);
    await exporter.shutdown();
  });

  it("has nothing to do for spans that are not told, and none when switched off", async () => {
    const server = await startServer();
    const on = new AgentPulseSpanExporter({ endpoint: server.url, apiKey: server.key, ...options });
    const off = new AgentPulseSpanExporter({ endpoint: server.url, apiKey: server.key, enabled: false });
    expect((await exported(on, await spans(1, { plain: 1 }))).code).toBe(ExportResultCode.SUCCESS);
    expect((await exported(off, await spans(1))).code).toBe(ExportResultCode.SUCCESS);
    expect(server.requests).toEqual([]);
    await on.shutdown();
  });
});
