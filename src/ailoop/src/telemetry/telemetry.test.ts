import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  createClient,
  notification,
  recordEvents,
  settle,
  startFake,
  until,
} from "../../../../test/support/ailoop/harness.js";
import { type AiloopClientOptions, createNotification } from "../index.js";

const exporter = new InMemorySpanExporter();
const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 1e8 });
const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => tracerProvider.register());
afterAll(async () => {
  await tracerProvider.shutdown();
  trace.disable();
  context.disable();
  propagation.disable();
});
beforeEach(() => exporter.reset());

const SECRET = "swordfish";
const choices = ["Red", `Blue ${SECRET}`];

async function startPair(options?: AiloopClientOptions) {
  const fake = await startFake({ secondMs: 20 });
  return { fake, client: createClient(fake, options) };
}

const spans = () => exporter.getFinishedSpans();
function span(name: string): ReadableSpan {
  const found = spans().filter((candidate) => candidate.name === name);
  expect(found, `spans named ${name} among ${spans().map((one) => one.name)}`).toHaveLength(1);
  return found[0]!;
}
const traceparent = (one: ReadableSpan) => `00-${one.spanContext().traceId}-${one.spanContext().spanId}-01`;
const seconds = ({ duration: [whole, nano] }: ReadableSpan) => whole + nano / 1e9;

describe("the span of", () => {
  it("a prompt is a PRODUCER with what is known of the message", async () => {
    const { fake, client } = await startPair();
    const sent = await client.ask(SECRET, { choices, timeout: 30 });
    const ask = span("ask public");
    expect(ask.kind).toBe(SpanKind.PRODUCER);
    expect(ask.instrumentationScope.name).toBe("@kit/ailoop");
    expect(ask.status.code).toBe(SpanStatusCode.UNSET);
    expect(ask.attributes).toEqual({
      "messaging.system": "ailoop",
      "messaging.system.name": "ailoop",
      "messaging.operation.name": "ask",
      "messaging.operation.type": "send",
      "messaging.destination.name": "public",
      "messaging.message.id": sent.id,
      "messaging.message.conversation_id": sent.id,
      "server.address": "127.0.0.1",
      "server.port": fake.port,
      "network.protocol.name": "http",
      "http.response.status_code": 201,
      "ailoop.content.type": "decision",
      "ailoop.sender.type": "AGENT",
      "ailoop.prompt.timeout": 30,
      "ailoop.prompt.choices": 2,
      "ailoop.decision.id": sent.id,
      "ailoop.transport": "http",
      "ailoop.dialect": "decision",
    });
  });

  it.each([
    ["authorize ops", "authorize", { "ailoop.content.type": "authorization", "ailoop.prompt.timeout": 300 }],
    ["navigate ops", "navigate", { "ailoop.content.type": "navigate", "ailoop.prompt.timeout": 300 }],
    ["say ops", "say", { "ailoop.content.type": "notification", "ailoop.priority": "high" }],
    ["send ops", "send", { "ailoop.content.type": "notification" }],
  ])("%s names its operation", async (name, operation, attributes) => {
    const { client } = await startPair({ channel: "ops" });
    if (operation === "authorize") await client.authorize("x");
    if (operation === "navigate") await client.navigate("https://x.example");
    if (operation === "say") await client.say("x", { priority: "high" });
    if (operation === "send") await client.sendMessage(createNotification("x", { channel: "ops" }));
    expect(span(name).kind).toBe(SpanKind.PRODUCER);
    expect(span(name).attributes).toMatchObject({
      "messaging.operation.name": operation,
      "messaging.operation.type": "send",
      "messaging.destination.name": "ops",
      ...attributes,
    });
  });

  it("a send over the socket says websocket", async () => {
    const { client } = await startPair();
    await client.say("x", { transport: "websocket" });
    expect(span("say public").attributes).toMatchObject({
      "network.protocol.name": "websocket",
      "ailoop.transport": "websocket",
    });
  });

  it("a wait is a child of the prompt, begins where that ends and is as long as the person took", async () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { fake, client } = await startPair();
    const sent = await client.ask("Best colour?", { choices });
    vi.advanceTimersByTime(60);
    fake.answer(sent.id, "2");
    await sent.response();
    vi.advanceTimersByTime(60);
    await sent.response();
    const waits = spans().filter(({ name }) => name === "await_response public");
    expect(waits).toHaveLength(2);
    const ask = span("ask public");
    for (const wait of waits) {
      expect(wait.kind).toBe(SpanKind.CLIENT);
      expect(wait.parentSpanContext?.spanId).toBe(ask.spanContext().spanId);
      expect(wait.attributes).toMatchObject({
        "messaging.operation.name": "await_response",
        "messaging.operation.type": "receive",
        "messaging.message.conversation_id": sent.id,
        "network.protocol.name": "websocket",
        "ailoop.response.type": "text",
        "ailoop.sender.type": "HUMAN",
        "ailoop.outcome": "answered",
        "ailoop.response.option.index": 1,
      });
      expect(wait.events.map(({ name }) => name)).toEqual(["ailoop.prompt.sent", "ailoop.response.received"]);
      const time = wait.attributes["ailoop.human.response_time"] as number;
      expect(seconds(wait)).toBeCloseTo(0.06, 6);
      expect(time).toBeCloseTo(0.06, 6);
      expect(time).toBe(waits[0]?.attributes["ailoop.human.response_time"]);
    }
  });

  it.each([
    ["authorization_approved", "approved"],
    ["authorization_denied", "denied"],
    ["text", "answered"],
    ["timeout", "timeout"],
    ["cancelled", "cancelled"],
  ])("a wait that ends with %s has the outcome %s and no error", async (responseType, outcome) => {
    const { fake, client } = await startPair();
    const sent = await client.authorize("ship");
    fake.answer(sent.id, null, responseType);
    await sent.response();
    const wait = span("await_response public");
    expect(wait.attributes).toMatchObject({
      "ailoop.outcome": outcome,
      "ailoop.response.type": responseType,
    });
    expect(wait.status.code).toBe(SpanStatusCode.UNSET);
    expect(wait.attributes).not.toHaveProperty("error.type");
  });

  it("a wait past its deadline is an error, an aborted one is not", async () => {
    const { client } = await startPair();
    const sent = await client.authorize("ship");
    await sent.response({ timeout: 0.01 }).catch(() => {});
    const late = span("await_response public");
    expect(late.status.code).toBe(SpanStatusCode.ERROR);
    expect(late.attributes).toMatchObject({ "error.type": "TimeoutError", "ailoop.outcome": "timeout" });
    exporter.reset();
    await sent.response({ signal: AbortSignal.abort() }).catch(() => {});
    const aborted = span("await_response public");
    expect(aborted.status.code).toBe(SpanStatusCode.UNSET);
    expect(aborted.attributes).toMatchObject({ "ailoop.outcome": "aborted" });
    expect(aborted.events.map(({ name }) => name)).toContain("ailoop.wait.aborted");
  });

  it("everything on the socket has its kind and name", async () => {
    const { fake, client } = await startPair({ reconnectDelay: 0.01 });
    await client.connectWebsocket();
    await client.subscribeToChannel("ops");
    await client.unsubscribeFromChannel("ops");
    await client.disconnectWebsocket();
    const host = `127.0.0.1:${fake.port}`;
    for (const name of [`connect ${host}`, "subscribe ops", "unsubscribe ops", `close ${host}`]) {
      expect(span(name).kind).toBe(SpanKind.CLIENT);
      expect(span(name).attributes).toMatchObject({
        "messaging.system": "ailoop",
        "messaging.system.name": "ailoop",
        "network.protocol.name": "websocket",
      });
      expect(span(name).attributes).not.toHaveProperty("messaging.operation.type");
    }
    exporter.reset();
    await client.close();
    await client.close();
    expect(span(`close ${host}`).status.code).toBe(SpanStatusCode.UNSET);
  });

  it("each further attempt to connect counts, and links to the first", async () => {
    const { fake, client } = await startPair({ reconnectDelay: 0.01, reconnectAttempts: 2 });
    const events = recordEvents(client);
    fake.refuseSockets = true;
    await client.connectWebsocket().catch(() => {});
    await until(() => events.some(({ type }) => type === "exhausted"));
    const [first, second, third] = spans();
    expect(first?.attributes).toMatchObject({ "error.type": "503" });
    expect(first?.attributes).not.toHaveProperty("ailoop.reconnect.attempt");
    expect(second?.attributes).toMatchObject({
      "ailoop.reconnect.attempt": 1,
      "ailoop.reconnect.delay": 0.01,
    });
    expect(third?.attributes).toMatchObject({
      "ailoop.reconnect.attempt": 2,
      "ailoop.reconnect.delay": 0.02,
    });
    for (const retry of [second, third]) {
      expect(retry?.links[0]?.context.spanId).toBe(first?.spanContext().spanId);
    }
  });

  it("check_version tells versions, and an event an incompatibility", async () => {
    const fake = await startFake({ version: "2.0.0" });
    await createClient(fake).connect();
    const check = span(`check_version 127.0.0.1:${fake.port}`);
    expect(check.kind).toBe(SpanKind.CLIENT);
    expect(check.attributes).toMatchObject({
      "ailoop.server.version": "2.0.0",
      "ailoop.client.version": "1.0.0",
      "ailoop.version.compatible": false,
      "http.response.status_code": 200,
    });
    expect(check.events.map(({ name }) => name)).toEqual(["ailoop.version.incompatible"]);
  });

  it("get_message and respond tell what they found", async () => {
    const { client } = await startPair();
    const sent = await client.authorize("ship");
    await client.getMessage(sent.id);
    const response = await client.respond(sent.id, { responseType: "authorization_approved" });
    expect(span("get_message").kind).toBe(SpanKind.CLIENT);
    expect(span("get_message").attributes).toMatchObject({
      "messaging.operation.type": "receive",
      "messaging.message.id": sent.id,
      "messaging.destination.name": "public",
      "ailoop.content.type": "authorization",
    });
    expect(span("respond public").kind).toBe(SpanKind.CLIENT);
    expect(span("respond public").attributes).toMatchObject({
      "messaging.operation.type": "send",
      "messaging.message.id": response.id,
      "messaging.message.conversation_id": sent.id,
      "ailoop.response.type": "authorization_approved",
    });
    await client.respond(sent.id, { answer: "x", via: "message" });
    expect(spans().at(-1)).toMatchObject({ name: "respond public", kind: SpanKind.PRODUCER });
  });
});

describe("a failure", () => {
  it("sets error.type and ERROR: the status, else the class", async () => {
    const { fake, client } = await startPair();
    await client.say("").catch(() => {});
    expect(span("say public").attributes).toMatchObject({ "error.type": "ValidationError" });
    exporter.reset();
    fake.override = () => ({ status: 422, body: `invalid type: string "${SECRET}"` });
    await client.say(SECRET).catch(() => {});
    const said = span("say public");
    expect(said.attributes).toMatchObject({ "error.type": "422", "http.response.status_code": 422 });
    expect(said.status).toEqual({ code: SpanStatusCode.ERROR, message: "HTTP 422" });
    expect(said.events.map(({ name }) => name)).toEqual(["exception"]);
    expect(JSON.stringify([said.events, said.attributes])).not.toContain(SECRET);
    exporter.reset();
    await fake.stop();
    await client.getMessage("7d0d3a4e-2f3a-4a57-9c0f-0d1f6f1c2b11").catch(() => {});
    expect(span("get_message").attributes).toMatchObject({ "error.type": "ConnectionError" });
  });

  it("of respond has a span too, although the channel is unknown", async () => {
    const { client } = await startPair();
    await client.respond("7d0d3a4e-2f3a-4a57-9c0f-0d1f6f1c2b11", { answer: "x" }).catch(() => {});
    expect(span("respond")).toMatchObject({ status: { code: SpanStatusCode.ERROR } });
    expect(span("respond").attributes).toMatchObject({ "error.type": "404" });
  });

  it("of a handler is an error of its process span", async () => {
    const { fake, client } = await startPair();
    await client.connectWebsocket();
    await client.subscribeToChannel("public");
    client.addMessageHandler(() => {
      throw new RangeError("mine");
    });
    fake.publish(notification("x"));
    await until(() => spans().some(({ name }) => name === "process public"));
    const process = span("process public");
    expect(process.status.code).toBe(SpanStatusCode.ERROR);
    expect(process.attributes).toMatchObject({ "error.type": "RangeError" });
  });

  it.each([
    [false, undefined],
    [true, `cannot read ${SECRET}`],
  ])("of a handler tells its words only with content: captureContent %s", async (captureContent, message) => {
    const { fake, client } = await startPair({ captureContent });
    await client.connectWebsocket();
    await client.subscribeToChannel("public");
    client.addMessageHandler(function readNote() {
      throw new RangeError(`cannot read ${SECRET}`);
    });
    fake.publish(notification(SECRET));
    await until(() => spans().some(({ name }) => name === "process public"));
    const { status, events } = span("process public");
    expect(status.message).toBe(message);
    const [exception] = events;
    expect(exception?.attributes?.["exception.type"]).toBe("RangeError");
    expect(exception?.attributes?.["exception.message"]).toBe(message);
    expect(exception?.attributes?.["exception.stacktrace"]).toContain("readNote");
    expect(JSON.stringify(events).includes(SECRET)).toBe(captureContent);
  });
});

describe("one trace", () => {
  it("travels in the metadata and in the headers, over a stale one but beside the user's own keys", async () => {
    const { fake, client } = await startPair();
    await client.say("x", { metadata: { run: 7, traceparent: "stale" } });
    const expected = traceparent(span("say public"));
    expect(fake.requests[0]?.headers.traceparent).toBe(expected);
    expect(fake.stored()[0]?.metadata).toEqual({ run: 7, traceparent: expected });
    await client.say("x", { transport: "websocket" });
    expect(fake.stored()[1]?.metadata).toEqual({ traceparent: traceparent(spans().at(-1)!) });
  });

  it("stays out of the message when told to, and the send is then a plain CLIENT", async () => {
    const { fake, client } = await startPair({ propagateTrace: false });
    await client.say("x");
    expect(fake.stored()[0]).not.toHaveProperty("metadata");
    expect(fake.requests[0]?.headers).not.toHaveProperty("traceparent");
    expect(span("say public").kind).toBe(SpanKind.CLIENT);
  });

  it("holds asker and answerer: ask, wait, process and respond", async () => {
    const { fake, client: asker } = await startPair();
    const human = createClient(fake);
    await human.connectWebsocket();
    await human.subscribeToChannel("public");
    human.addMessageHandler(async (message) => {
      if (message.content.type === "authorization") {
        await human.respond(message.id, { responseType: "authorization_approved" });
      }
    });
    await asker.authorize("ship", { wait: true });
    await until(() => spans().filter(({ name }) => name === "process public").length === 2);
    const authorize = span("authorize public");
    const processing = spans().find(
      ({ name, attributes }) =>
        name === "process public" && attributes["ailoop.content.type"] === "authorization",
    );
    expect(processing?.kind).toBe(SpanKind.CONSUMER);
    expect(processing?.attributes["messaging.message.conversation_id"]).toBe(
      authorize.attributes["messaging.message.id"],
    );
    expect(processing?.parentSpanContext?.spanId).toBe(authorize.spanContext().spanId);
    expect(processing?.links[0]?.context.spanId).toBe(authorize.spanContext().spanId);
    const respond = span("respond public");
    expect(respond.parentSpanContext?.spanId).toBe(processing?.spanContext().spanId);
    expect(respond.links[0]?.context.spanId).toBe(authorize.spanContext().spanId);
    for (const one of [respond, span("await_response public")]) {
      expect(one.spanContext().traceId).toBe(authorize.spanContext().traceId);
    }
  });

  it("reaches an answerer that was never told of it: respond continues the prompt's trace", async () => {
    const { fake, client } = await startPair();
    const sent = await client.authorize("ship");
    await createClient(fake).respond(sent.id, { responseType: "authorization_denied" });
    expect(span("respond public").parentSpanContext?.spanId).toBe(
      span("authorize public").spanContext().spanId,
    );
  });

  it("keeps the answerer's own span as the parent where there is one, and links the prompt's", async () => {
    const { fake, client } = await startPair();
    const sent = await client.authorize("ship");
    const tracer = trace.getTracer("test");
    const own = await tracer.startActiveSpan("own", async (active) => {
      await createClient(fake).respond(sent.id, { responseType: "authorization_denied" });
      active.end();
      return active;
    });
    const respond = span("respond public");
    expect(respond.parentSpanContext?.spanId).toBe(own.spanContext().spanId);
    expect(respond.links[0]?.context.spanId).toBe(span("authorize public").spanContext().spanId);
  });

  it("joins an answer without trace data to the prompt that it answers", async () => {
    const { fake, client } = await startPair();
    await client.connectWebsocket();
    const sent = await client.ask("?", { choices });
    client.addMessageHandler(() => {});
    exporter.reset();
    fake.answer(sent.id, "Red");
    await until(() => spans().some(({ name }) => name === "process public"));
    const process = span("process public");
    expect(process.spanContext().traceId).toBe(process.parentSpanContext?.traceId);
    expect(process.attributes["ailoop.human.response_time"]).toBeGreaterThanOrEqual(0);
    expect(process.attributes).toMatchObject({ "messaging.message.conversation_id": sent.id });
  });

  it("is not continued by what merely happens to come over a socket", async () => {
    const { fake, client } = await startPair({ reconnectDelay: 0.01 });
    const events = recordEvents(client);
    client.addConnectionHandler(({ type }) => {
      if (type === "disconnected") client.say("lost it").catch(() => {});
    });
    client.addMessageHandler(() => {});
    const connect = await trace.getTracer("test").startActiveSpan("start-up", async (active) => {
      await client.connectWebsocket();
      await client.subscribeToChannel("public");
      active.end();
      return active;
    });
    exporter.reset();
    fake.publish(notification("x"));
    await until(() => spans().some(({ name }) => name === "process public"));
    fake.dropSockets();
    await until(() => events.filter(({ type }) => type === "connected").length === 2);
    await until(() => spans().some(({ name }) => name === "say public"));
    for (const name of ["say public", `connect 127.0.0.1:${fake.port}`]) {
      expect(span(name).parentSpanContext).toBeUndefined();
    }
    for (const one of spans()) expect(one.spanContext().traceId).not.toBe(connect.spanContext().traceId);
  });

  it("is linked from the wait when the answer carries one of its own", async () => {
    const { fake, client } = await startPair();
    const sent = await client.ask("?", { choices });
    await createClient(fake).respond(sent.id, { answer: "Red", via: "message" });
    await sent.response();
    expect(span("await_response public").links.map(({ context: linked }) => linked.spanId)).toEqual([
      span("respond public").spanContext().spanId,
    ]);
  });

  it("is linked from the wait of someone who did not ask", async () => {
    const { fake, client } = await startPair();
    const sent = await client.ask("?", { choices });
    fake.answer(sent.id, "Red");
    await createClient(fake).waitForResponse(sent.id);
    expect(span("await_response public").links[0]?.context.spanId).toBe(
      span("ask public").spanContext().spanId,
    );
  });
});

describe("a gated tool call", () => {
  const tracer = trace.getTracer("test");

  it("links to the approval that it asked for itself", async () => {
    const { fake, client } = await startPair();
    fake.beforeReply = ({ id }) => void fake.answer(id, null, "authorization_approved");
    await tracer.startActiveSpan("execute_tool deploy", async (tool) => {
      await client.authorize("deploy", { wait: true });
      tool.end();
    });
    const [link] = span("execute_tool deploy").links;
    expect(link?.context.spanId).toBe(span("await_response public").spanContext().spanId);
    expect(link?.attributes).toMatchObject({ "ailoop.response.type": "authorization_approved" });
  });

  it("links to an approval given before, through the link of the answer", async () => {
    const { fake, client } = await startPair();
    fake.beforeReply = ({ id }) => void fake.answer(id, null, "authorization_approved");
    const answer = await client.authorize("deploy", { wait: true });
    tracer.startSpan("execute_tool deploy", { links: answer.link ? [answer.link] : [] }).end();
    expect(span("execute_tool deploy").links[0]?.context.spanId).toBe(
      span("await_response public").spanContext().spanId,
    );
    expect(Object.keys(answer)).not.toContain("link");
  });

  it("gets no link from a denial", async () => {
    const { fake, client } = await startPair();
    fake.beforeReply = ({ id }) => void fake.answer(id, null, "authorization_denied");
    await tracer.startActiveSpan("execute_tool deploy", async (tool) => {
      await client.authorize("deploy", { wait: true });
      tool.end();
    });
    expect(span("execute_tool deploy").links).toEqual([]);
  });
});

describe("content", () => {
  async function converse(options: AiloopClientOptions) {
    const { fake, client } = await startPair(options);
    await client.connectWebsocket();
    client.addMessageHandler(() => {});
    const sent = await client.ask(`What is ${SECRET}?`, { choices: [], metadata: { note: SECRET } });
    await client.respond(sent.id, { answer: SECRET });
    await sent.response();
    await client.authorize(SECRET, { context: { note: SECRET } });
    await client.navigate(`https://x.example/${SECRET}`);
    await client.say(SECRET);
    fake.sendRaw(`{"${SECRET}"`);
    await settle();
    return JSON.stringify(
      spans().map(({ name, attributes, events, status }) => [name, attributes, events, status]),
    );
  }

  it("is on no span by default", async () => {
    expect(await converse({})).not.toContain(SECRET);
  });

  it("is on the spans of question and answer when captured", async () => {
    await converse({ captureContent: true });
    expect(span("ask public").attributes["ailoop.prompt.text"]).toBe(`What is ${SECRET}?`);
    expect(span("await_response public").attributes["ailoop.response.answer"]).toBe(SECRET);
    expect(span("respond public").attributes["ailoop.response.answer"]).toBe(SECRET);
    expect(span("authorize public").attributes["ailoop.prompt.text"]).toBe(SECRET);
  });
});

it("cuts captured text where an exporter would choke on it, and never through a character", async () => {
  const { client } = await startPair({ captureContent: true });
  await client.ask("x".repeat(100_000));
  expect(span("ask public").attributes["ailoop.prompt.text"]).toHaveLength(32_768);
  exporter.reset();
  await client.ask(`x${"🙂".repeat(50_000)}`);
  expect(span("ask public").attributes["ailoop.prompt.text"]).toBe(`x${"🙂".repeat(16_383)}`);
});

it("redacts captured text, and records nothing where that fails", async () => {
  const redact = (text: string) => {
    if (text.includes("worse")) throw new Error("cannot");
    return text.replaceAll(SECRET, "***");
  };
  const { client } = await startPair({ captureContent: true, redact });
  await client.ask(`What is ${SECRET}?`);
  expect(span("ask public").attributes["ailoop.prompt.text"]).toBe("What is ***?");
  exporter.reset();
  await client.ask(`worse: ${SECRET}`);
  expect(span("ask public").attributes).not.toHaveProperty("ailoop.prompt.text");
});

describe("metrics", () => {
  it("count the person's seconds once a prompt, operations, and frames that were none", async () => {
    const meterProvider = new MeterProvider({ readers: [reader] });
    const { fake, client } = await startPair({ meterProvider, maxQueuedMessages: 1 });
    await client.connectWebsocket();
    const sent = await client.authorize("ship");
    const waits = [sent.response(), sent.response()];
    await new Promise((resolve) => setTimeout(resolve, 30));
    fake.answer(sent.id, null, "authorization_approved");
    await Promise.all(waits);
    await client.getMessage("7d0d3a4e-2f3a-4a57-9c0f-0d1f6f1c2b11").catch(() => {});
    const invalid = new Promise((resolve) =>
      client.addConnectionHandler(({ type }) => type === "error" && resolve(type)),
    );
    fake.sendRaw("{");
    await invalid;
    await client.subscribeToChannel("ops");
    client.addMessageHandler(() => new Promise(() => {}));
    for (let n = 0; n < 3; n += 1) fake.broadcast(notification("x", "ops"));
    await until(() => client.droppedMessages === 1);
    await reader.forceFlush();
    const metrics = metricExporter.getMetrics().at(-1)?.scopeMetrics[0]?.metrics ?? [];
    const points = (name: string) =>
      metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
    const [human] = points("ailoop.human.response.duration");
    expect(human?.attributes).toMatchObject({
      "messaging.system": "ailoop",
      "messaging.system.name": "ailoop",
      "messaging.destination.name": "public",
      "ailoop.content.type": "authorization",
      "ailoop.response.type": "authorization_approved",
    });
    const { count, sum } = (human as { value: unknown }).value as { count: number; sum: number };
    expect(count).toBe(1);
    expect(sum).toBeGreaterThan(0.02);
    const operations = points("messaging.client.operation.duration").map(({ attributes }) => [
      attributes["messaging.operation.name"],
      attributes["error.type"],
    ]);
    expect(operations).toEqual([
      ["authorize", undefined],
      ["get_message", "404"],
    ]);
    expect(points("ailoop.client.invalid_frames")[0]?.value).toBe(1);
    expect(points("ailoop.client.dropped_messages")[0]?.value).toBe(1);
    await meterProvider.shutdown();
  });
});

describe("telemetry that fails", () => {
  const broken = new Proxy(
    {},
    {
      get: () => () => {
        throw new Error("broken telemetry");
      },
    },
  );

  it.each([
    ["the provider", { tracerProvider: broken as never, meterProvider: broken as never }],
    ["the tracer", { tracerProvider: { getTracer: () => broken as never } }],
    ["the span", { tracerProvider: { getTracer: () => ({ startSpan: () => broken }) as never } }],
  ])("breaks no operation: %s", async (_, options) => {
    const { fake, client } = await startPair(options);
    const heard: string[] = [];
    client.addMessageHandler(({ content }) => void heard.push(content.type));
    await client.connectWebsocket();
    fake.beforeReply = ({ id }) => void fake.answer(id, null, "authorization_approved");
    expect((await client.authorize("ship", { wait: true })).content.responseType).toBe(
      "authorization_approved",
    );
    await until(() => heard.length === 2);
    await expect(client.say("")).rejects.toMatchObject({ name: "ValidationError" });
  });

  it("breaks no operation: the propagator", async () => {
    const inject = vi.spyOn(propagation, "inject").mockImplementation(() => {
      throw new Error("broken propagator");
    });
    const { fake, client } = await startPair();
    await client.say("x");
    inject.mockRestore();
    expect(fake.stored()).toHaveLength(1);
  });
});

it("uses the providers it is given instead of the global ones", async () => {
  const own = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(own)] });
  const { client } = await startPair({ tracerProvider: provider });
  await client.say("x");
  expect(own.getFinishedSpans().map(({ name }) => name)).toEqual(["say public"]);
  expect(spans()).toEqual([]);
  await provider.shutdown();
});
