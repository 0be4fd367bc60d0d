import { CollectorClient, CredentialStore } from "@kit/catsyphon";
import {
  CatSyphonSpanExporter,
  CatSyphonSpanProcessor,
  createCatSyphonExporterFromEnv,
} from "@kit/exporter-catsyphon";
import { context, diag, type MeterProvider, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { isTracingSuppressed } from "@opentelemetry/core";
import { BasicTracerProvider, BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { afterEach, describe, expect, it, vi } from "vitest";
import { assistant, chatSpan, newTraceId, user } from "../support/catsyphon/spans.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { exporterTo, exportSpans, page, sessions } from "./exporter-harness.js";
import { impatient, startServer } from "./harness.js";

afterEach(() => {
  diag.disable();
  vi.unstubAllEnvs();
});

function watchDiag() {
  const [warn, error] = [vi.fn(), vi.fn()];
  diag.setLogger({ error, warn, info() {}, debug() {}, verbose() {} });
  return { warn, error };
}

/** Notes what is added to the count of dropped items. */
function countingDrops(dropped: number[]): MeterProvider {
  const createCounter = (name: string) => ({
    add: (count: number) => void (name === "kit.delivery.dropped" && dropped.push(count)),
  });
  return { getMeter: () => ({ createCounter }) } as unknown as MeterProvider;
}

let counter = 0;
const turn = (word: string, id = "c") =>
  chatSpan({
    traceId: newTraceId(),
    start: counter++ * 10,
    input: [user(word)],
    output: [assistant(`reply ${word}`)],
    attributes: { "gen_ai.conversation.id": id },
  });

describe("delivery", () => {
  it("answers export at once, and sends in the background", async () => {
    const server = await startServer();
    server.delayMs = 20;
    const exporter = exporterTo(server);
    expect(await exportSpans(exporter, [turn("q")])).toBe(0);
    expect(server.requests).toEqual([]);
    await exporter.forceFlush();
    expect(page(server, "shop:c").length).toBe(2);
  });

  it("answers export when the server has answered, if asked to wait", async () => {
    const server = await startServer();
    const exporter = exporterTo(server, { queueMode: "sync" });
    expect(await exportSpans(exporter, [turn("q")])).toBe(0);
    expect(page(server, "shop:c").length).toBe(2);
    server.fault = () => ({ status: 422 });
    expect(await exportSpans(exporter, [turn("r")])).toBe(1);
  });

  it("numbers anew and sends once more when an old server finds a gap", async () => {
    const server = await startServer();
    await exportSpans(exporterTo(server, { queueMode: "sync" }), [turn("one")]);
    server.requireSequence = true;
    const restarted = exporterTo(server, { queueMode: "sync" });
    expect(await exportSpans(restarted, [turn("two")])).toBe(0);
    expect(server.sentEvents("shop:c").map(({ sequence }) => sequence)).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6]);
    expect(restarted.droppedEvents).toBe(0);
  });

  it("drops and counts spans that come faster than they can be told, instead of keeping them all", async () => {
    const { warn } = watchDiag();
    const server = await startServer();
    const dropped: number[] = [];
    const exporter = exporterTo(server, { maxQueueSize: 100, meterProvider: countingDrops(dropped) });
    const codes: number[] = [];
    const take = (spans: ReturnType<typeof turn>[]) => exporter.export(spans, ({ code }) => codes.push(code));
    // The first is told slowly, so that the others have to wait.
    const clock = vi.spyOn(performance, "now").mockImplementation(() => clock.mock.calls.length * 10);
    take([turn("first"), turn("second")]);
    for (let n = 0; n < 150; n++) take([turn(`${n}`)]);
    clock.mockRestore();
    expect(codes).toEqual(Array(52).fill(1));
    expect(exporter.droppedEvents).toBe(52);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith("CatSyphon exporter: dropped 1 (overflow, 1 so far)");
    expect(dropped.reduce((sum, count) => sum + count, 0)).toBe(52);
    await exporter.forceFlush();
    expect(codes.filter((code) => code === 0)).toHaveLength(99);
  });

  it("drops and counts spans that end in one turn, beyond what a processor keeps", async () => {
    const exporter = exporterTo(await startServer());
    const processor = new CatSyphonSpanProcessor(exporter);
    const span = turn("again and again");
    for (let n = 0; n < 10_000; n++) processor.onEnd(span);
    expect(exporter.droppedEvents).toBe(0);
    processor.onEnd(span);
    expect(exporter.droppedEvents).toBe(1);
    await processor.shutdown();
  });

  it("lets the event loop turn while many spans are told, and keeps their order", async () => {
    const server = await startServer();
    const exporter = exporterTo(server, { queueMode: "sync", maxQueueSize: 10_000 });
    const words = Array.from({ length: 3_000 }, (_, n) => `${n}`);
    const results = [words.slice(0, 2_000), words.slice(2_000)].map((some) =>
      exportSpans(
        exporter,
        some.map((word) => turn(word)),
      ),
    );
    let turns = 0;
    const count = () => {
      turns++;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    expect(exporter.pendingEvents, "not all is told within this turn").toBeLessThan(6_000);
    const flushed = exporter.forceFlush();
    expect(await Promise.all(results)).toEqual([0, 0]);
    await flushed;
    clearImmediate(next);
    expect(turns).toBeGreaterThan(1);
    const prompts = page(server, "shop:c").filter((line) => line.startsWith("user: "));
    expect(prompts).toEqual(words.map((word) => `user: ${word}`));
  });

  it("sends at most 50 events with a request, one request at a time for a session", async () => {
    const server = await startServer();
    server.delayMs = 5;
    const exporter = exporterTo(server);
    for (let n = 0; n < 90; n++) await exportSpans(exporter, [turn(`${n}`, `c${n % 3}`)]);
    await exporter.forceFlush();
    expect(server.mostAtOnce).toBe(1);
    const sizes = server.eventRequests().map(({ events }) => events.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(50);
    for (const id of ["c0", "c1", "c2"]) {
      const words = page(server, `shop:${id}`).filter((line) => line.startsWith("user"));
      expect(words.length).toBe(30);
    }
  });

  it("keeps events while the server cannot be reached, and sends them when it can", async () => {
    const server = await startServer();
    const exporter = exporterTo(server, { retryConfig: { ...impatient, maxRetries: 1 } });
    server.fault = () => ({ status: 503 });
    await exportSpans(exporter, [turn("q")]);
    await exporter.forceFlush();
    expect(exporter.pendingEvents).toBe(3);
    server.fault = () => undefined;
    await exporter.forceFlush();
    expect(page(server, "shop:c").length).toBe(2);
    expect(exporter.droppedEvents).toBe(0);
  });

  it.each([400, 422, 500])(
    "isolates what the server answers with %i, and delivers the rest",
    async (status) => {
      const server = await startServer();
      const { warn } = watchDiag();
      server.fault = ({ body }) => (body.includes('"content":"poison"') ? { status } : undefined);
      const exporter = exporterTo(server);
      for (const word of ["a", "poison", "b"]) await exportSpans(exporter, [turn(word)]);
      await exporter.forceFlush();
      expect(page(server, "shop:c")).toEqual([
        "user: a",
        "assistant: reply a",
        "assistant: reply poison",
        "user: b",
        "assistant: reply b",
      ]);
      expect(exporter.droppedEvents).toBe(1);
      expect(warn.mock.calls.map(String).join()).toContain("poisoned");
    },
  );

  it("says what was wrong with an event, without its content", async () => {
    const server = await startServer();
    const { warn } = watchDiag();
    const detail = [{ type: "string_type", loc: ["body", "events", 0, "data"], msg: "Bad", input: "SECRET" }];
    server.fault = () => ({ status: 422, body: { detail } });
    const exporter = exporterTo(server);
    await exportSpans(exporter, [turn("SECRET")]);
    await exporter.forceFlush();
    expect(String(warn.mock.calls)).toContain("HTTP 422 body.events.0.data Bad");
    expect(String(warn.mock.calls)).not.toContain("SECRET");
  });

  it("goes on when a function of the application fails", async () => {
    const server = await startServer();
    const { warn } = watchDiag();
    const fail = () => {
      throw new Error("mine");
    };
    const exporter = exporterTo(server, { sessionId: fail, slug: fail });
    await exportSpans(exporter, [turn("q")]);
    await exporter.forceFlush();
    expect(page(server, "shop:c").length).toBe(2);
    expect(warn).toHaveBeenCalled();
  });

  it("says once that the credentials are refused, then drops for five minutes before the next try", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      const server = await startServer();
      const { error } = watchDiag();
      const exporter = exporterTo(server, { apiKey: "cs_live_wrong" });
      await exportSpans(exporter, [turn("a"), turn("of a session that is sent at the same time", "d")]);
      await exporter.forceFlush();
      await expect.poll(() => exporter.pendingEvents).toBe(0);
      for (const word of ["b", "c"]) {
        await exportSpans(exporter, [turn(word)]);
        await exporter.forceFlush();
      }
      // Each with the start of the session, which nobody has got yet.
      expect(server.requests.length).toBe(2);
      expect(error).toHaveBeenCalledOnce();
      expect(String(error.mock.calls)).not.toContain("cs_live_wrong");
      expect(exporter.droppedEvents).toBe(12);
      vi.advanceTimersByTime(300_001);
      await exportSpans(exporter, [turn("d")]);
      await exporter.forceFlush();
      expect(server.requests.length).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it("halves what a proxy finds too large", async () => {
    const server = await startServer();
    server.fault = ({ body }) => (body.length > 3_000 ? { status: 413 } : undefined);
    const exporter = exporterTo(server);
    for (let n = 0; n < 8; n++) await exportSpans(exporter, [turn("x".repeat(300))]);
    await exporter.forceFlush();
    expect(page(server, "shop:c").length).toBe(16);
  });

  it("drops the oldest beyond the bound and counts it", async () => {
    const server = await startServer();
    const exporter = exporterTo(server, { maxQueueSize: 10 });
    const turns = Array.from({ length: 20 }, (_, n) => turn(`${n}`));
    exporter.export(turns, () => {});
    await exporter.forceFlush();
    const sent = server.sentEvents("shop:c").length;
    expect([sent, exporter.droppedEvents]).toEqual([10, 31]);
    expect(page(server, "shop:c").at(-1)).toBe("assistant: reply 19");
  });

  it("drains on shutdown, and fails later exports", async () => {
    const server = await startServer();
    const exporter = exporterTo(server);
    for (let n = 0; n < 100; n++) exporter.export([turn(`${n}`)], () => {});
    await exporter.shutdown();
    await exporter.shutdown();
    expect(page(server, "shop:c").length).toBe(200);
    expect(await exportSpans(exporter, [turn("late")])).toBe(1);
  });
});

describe("finding the server", () => {
  it("takes address, key and retries from a client", async () => {
    const server = await startServer();
    const client = new CollectorClient({
      serverUrl: server.url,
      ...server.addCollector(),
      retryConfig: { maxRetries: 0 },
    });
    const exporter = new CatSyphonSpanExporter({ client });
    await exportSpans(exporter, [turn("q")]);
    await exporter.shutdown();
    expect(page(server, "shop:c").length).toBe(2);
  });

  it("takes credentials as they were read from a file", async () => {
    const server = await startServer();
    const { collectorId, apiKey } = server.addCollector();
    const exporter = exporterTo(server, { collectorId: `${collectorId}\n`, apiKey: `${apiKey}\n` });
    await exportSpans(exporter, [turn("q")]);
    await exporter.forceFlush();
    expect(page(server, "shop:c").length).toBe(2);
  });

  it("is made from the environment when that says enough, and not otherwise", async () => {
    const server = await startServer();
    const { error } = watchDiag();
    vi.stubEnv("CATSYPHON_CONFIG_DIR", temporaryFolder());
    expect(createCatSyphonExporterFromEnv()).toBeUndefined();
    vi.stubEnv("CATSYPHON_URL", server.url);
    vi.stubEnv("CATSYPHON_WORKSPACE_ID", server.workspaceId);
    expect(createCatSyphonExporterFromEnv()).toBeUndefined();
    const { collectorId, apiKey } = server.addCollector();
    vi.stubEnv("CATSYPHON_COLLECTOR_ID", collectorId);
    vi.stubEnv("CATSYPHON_API_KEY", apiKey);
    const exporter = createCatSyphonExporterFromEnv();
    await exportSpans(exporter as CatSyphonSpanExporter, [turn("q")]);
    await exporter?.shutdown();
    expect(page(server, "shop:c").length).toBe(2);
    expect(error).not.toHaveBeenCalled();
    vi.stubEnv("CATSYPHON_URL", "not an address");
    expect(createCatSyphonExporterFromEnv()).toBeUndefined();
    expect(error).toHaveBeenCalledOnce();
  });

  it("registers once when asked to, and stores the credential", async () => {
    const server = await startServer();
    const configDir = temporaryFolder();
    const options = { serverUrl: server.url, workspaceId: server.workspaceId, configDir, autoRegister: true };
    for (let run = 0; run < 2; run++) {
      const exporter = new CatSyphonSpanExporter({ ...options, retryConfig: impatient });
      await exportSpans(exporter, [turn("q")]);
      await exporter.shutdown();
    }
    expect(server.collectors.size).toBe(1);
    expect(new CredentialStore(configDir).listProfiles().length).toBe(1);
    expect(page(server, "shop:c").length).toBe(4);
  });

  it("finds again what it registered by variables that end with a line break", async () => {
    const server = await startServer();
    vi.stubEnv("CATSYPHON_URL", `${server.url}\n`);
    vi.stubEnv("CATSYPHON_WORKSPACE_ID", `${server.workspaceId}\n`);
    vi.stubEnv("CATSYPHON_CONFIG_DIR", temporaryFolder());
    for (let run = 0; run < 2; run++) {
      const exporter = new CatSyphonSpanExporter({ autoRegister: true, retryConfig: impatient });
      await exportSpans(exporter, [turn("q")]);
      await exporter.shutdown();
    }
    expect(server.collectors.size).toBe(1);
    expect(page(server, "shop:c").length).toBe(4);
  });

  it("refuses an address that is none before it registers anything", () => {
    const options = { serverUrl: "localhost:8000", workspaceId: "w", configDir: temporaryFolder() };
    expect(() => new CatSyphonSpanExporter({ ...options, autoRegister: true })).toThrow(TypeError);
  });

  it("registers once for sessions that begin together, and asks again when that failed", async () => {
    const server = await startServer();
    server.registrationFault = { status: 503 };
    const exporter = new CatSyphonSpanExporter({
      serverUrl: server.url,
      workspaceId: server.workspaceId,
      configDir: temporaryFolder(),
      autoRegister: true,
      retryConfig: impatient,
    });
    await exportSpans(
      exporter,
      ["a", "b", "c", "d"].map((id) => turn("q", id)),
    );
    await exporter.shutdown();
    expect(server.collectors.size).toBe(1);
    expect(["a", "b", "c", "d"].map((id) => page(server, `shop:${id}`).length)).toEqual([2, 2, 2, 2]);
  });

  it("says once that it has nowhere to send, and fails nobody", async () => {
    const { warn } = watchDiag();
    const exporter = new CatSyphonSpanExporter({ configDir: temporaryFolder() });
    expect(await exportSpans(exporter, [turn("a")])).toBe(0);
    expect(await exportSpans(exporter, [turn("b")])).toBe(0);
    await exporter.forceFlush();
    await exporter.shutdown();
    expect(warn).toHaveBeenCalledOnce();
  });

  it.each([{ idleTimeoutMs: -1 }, { maxContentChars: Number.NaN }])("refuses %o", (options) => {
    expect(() => new CatSyphonSpanExporter(options)).toThrow(RangeError);
  });
});

describe("with the SDK", () => {
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.input.messages": JSON.stringify([user("q")]),
    "gen_ai.output.messages": JSON.stringify([assistant("a")]),
  };
  const agent = { attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "boss" } };

  it("appears while the agent still runs, with the processor", async () => {
    const server = await startServer();
    const processor = new CatSyphonSpanProcessor(exporterTo(server));
    const provider = new BasicTracerProvider({ spanProcessors: [processor] });
    const tracer = provider.getTracer("t");
    const root = tracer.startSpan("invoke_agent boss", agent);
    const inside = trace.setSpan(context.active(), root);
    tracer.startSpan("chat", { attributes }, inside).end();
    await provider.forceFlush();
    const [sessionId = ""] = sessions(server);
    expect(sessionId).toBe(`trace-${root.spanContext().traceId}`);
    expect(server.conversation(sessionId).metadata.agent_type).toBe("boss");
    expect(page(server, sessionId)).toEqual(["user: q", "assistant: a"]);
    await provider.shutdown();
    expect(server.conversation(sessionId)).toMatchObject({ status: "completed", success: false });
    root.end();
  });

  it("waits for the root in a BatchSpanProcessor", async () => {
    const server = await startServer();
    const exporter = exporterTo(server);
    const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
    const tracer = provider.getTracer("t");
    const root = tracer.startSpan("invoke_agent boss", agent);
    tracer.startSpan("chat", { attributes }, trace.setSpan(context.active(), root)).end();
    root.end();
    await provider.shutdown();
    const [sessionId = ""] = sessions(server);
    expect(server.conversation(sessionId)).toMatchObject({ status: "completed", success: true });
    expect(page(server, sessionId)).toEqual(["user: q", "assistant: a"]);
  });

  it("does not trace its own requests", async () => {
    const server = await startServer();
    let suppressed: boolean | undefined;
    const watched: typeof fetch = (input, init) => {
      suppressed = isTracingSuppressed(context.active());
      return fetch(input, init);
    };
    const exporter = exporterTo(server, { fetch: watched });
    const provider = new NodeTracerProvider({ spanProcessors: [new CatSyphonSpanProcessor(exporter)] });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    provider.getTracer("t").startSpan("chat", { attributes }).end();
    await provider.shutdown();
    context.disable();
    expect(suppressed).toBe(true);
  });

  it("leaves out spans that are recorded but not sampled", async () => {
    const server = await startServer();
    const processor = new CatSyphonSpanProcessor(exporterTo(server));
    const provider = new BasicTracerProvider({
      spanProcessors: [processor],
      sampler: { shouldSample: () => ({ decision: 1 }), toString: () => "record only" },
    });
    provider.getTracer("t").startSpan("chat", { attributes }).end();
    await provider.shutdown();
    expect(server.requests).toEqual([]);
  });
});
