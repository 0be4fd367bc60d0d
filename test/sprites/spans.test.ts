import { Agent } from "node:http";
import type { ExecOptions, SpritesClientOptions } from "@kit/sprites";
import { context, propagation, SpanKind, SpanStatusCode, type TracerProvider } from "@opentelemetry/api";
import {
  CompositePropagator,
  isTracingSuppressed,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from "@opentelemetry/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Faults } from "../support/sprites/faults.js";
import { loadPty } from "../support/sprites/processes.js";
import { Telemetry } from "../support/telemetry.js";
import { CLOSED_ENDPOINT, Harness, outOfTime, rejection, until } from "./harness.js";

const harness = new Harness();
let telemetry: Telemetry;

beforeEach(() => {
  telemetry = new Telemetry();
});
afterEach(() => {
  propagation.disable();
  vi.unstubAllEnvs();
});

function sprite(faults: Faults = {}, options: SpritesClientOptions = {}) {
  return harness.sprite(faults, {
    tracerProvider: telemetry.tracerProvider,
    meterProvider: telemetry.meterProvider,
    ...options,
  });
}

function exec(cmd: string | readonly string[], options: ExecOptions = {}, client: SpritesClientOptions = {}) {
  return sprite({}, client).exec(cmd, options);
}

function onlySpan(): ReadableSpan {
  expect(telemetry.spans.map(({ name }) => name)).toHaveLength(1);
  return telemetry.spans[0] as ReadableSpan;
}

/** What is called on a span, but for reading its context. */
const SPAN_METHODS = [
  "setAttributes",
  "addEvent",
  "updateName",
  "setStatus",
  "recordException",
  "end",
] as const;

const eventNames = (span: ReadableSpan) => span.events.map(({ name }) => name);

/** Runs `work` inside a span of the application. */
async function inParent<T>(work: () => Promise<T>): Promise<{ value: T; parent: string }> {
  const tracer = telemetry.tracerProvider.getTracer("app");
  return tracer.startActiveSpan("parent", async (span) => {
    try {
      return { value: await work(), parent: span.spanContext().spanId };
    } finally {
      span.end();
    }
  });
}

describe("the span of a command", () => {
  it("tells what ran, where, how it ended, and how much it printed", async () => {
    const command = exec("cat >&2; echo out; echo error >&2; exit 3", { cwd: "/tmp", env: { A: "1" } });
    await command.run({ stdin: "12345" });
    const span = onlySpan();
    expect(span).toMatchObject({
      name: "exec sh",
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.ERROR, message: "exit code 3" },
      instrumentationScope: { name: "@kit/sprites" },
    });
    const { port } = new URL(harness.server.endpoint);
    expect(span.attributes).toEqual({
      "process.executable.name": "sh",
      "process.executable.path": "/bin/sh",
      "process.args_count": 3,
      "process.exit.code": 3,
      "process.pid": Number(command.sessionId),
      "process.working_directory": "/tmp",
      "server.address": "127.0.0.1",
      "server.port": Number(port),
      "sprites.sprite.id": expect.any(String),
      "sprites.session.id": command.sessionId,
      "sprites.server.version": "v0.0.1-rc46",
      "sprites.exec.tty": false,
      "sprites.exec.shell": true,
      "sprites.exec.mode": "run",
      "sprites.exec.stdin.bytes": 5,
      "sprites.exec.stdout.bytes": 4,
      "sprites.exec.stderr.bytes": 11,
      "error.type": "nonzero_exit",
    });
    const [first, second, ...rest] = eventNames(span);
    expect([first, second, rest.pop()]).toEqual(["sprites.connected", "sprites.session", "sprites.exit"]);
    expect(rest.sort()).toEqual(["sprites.first_output", "sprites.stdin_eof"]);
    expect(span.events.at(-1)?.attributes).toEqual({ code: 3 });
  });

  it("is no error for exit code 0, nor for another one when that is asked for", async () => {
    await exec("true").run();
    await exec("false", { nonZeroExitIsError: false }).run();
    await exec("false", {}, { nonZeroExitIsError: false }).run();
    for (const { status, attributes } of telemetry.spans) {
      expect(status.code).toBe(SpanStatusCode.UNSET);
      expect(attributes).not.toHaveProperty("error.type");
    }
    expect(telemetry.spans.map(({ attributes }) => attributes["process.exit.code"])).toEqual([0, 1, 1]);
  });

  it("belongs to the span that is active at the start", async () => {
    const command = exec(["true"]);
    const { parent } = await inParent(() => command.run());
    expect(telemetry.spans.find(({ name }) => name === "exec true")?.parentSpanContext?.spanId).toBe(parent);
  });

  it("is the parent of what callbacks do, which is recorded as ever", async () => {
    const command = exec(["echo", "x"]);
    const suppressed: boolean[] = [];
    command.onStdout = () => {
      suppressed.push(isTracingSuppressed(context.active()));
      telemetry.tracerProvider.getTracer("app").startSpan("in callback").end();
    };
    await command.run();
    const [child, parent] = telemetry.spans;
    expect(child).toMatchObject({ name: "in callback" });
    expect(child?.parentSpanContext?.spanId).toBe(parent?.spanContext().spanId);
    expect(suppressed).toEqual([false]);
  });

  it("says start, and has no name of a shell, for a program that was started", async () => {
    const command = exec(["echo", "secret"]);
    await command.start();
    await command.wait();
    expect(onlySpan()).toMatchObject({ name: "exec echo" });
    expect(onlySpan().attributes).toMatchObject({
      "sprites.exec.mode": "start",
      "sprites.exec.shell": false,
    });
    expect(onlySpan().attributes).not.toHaveProperty("process.executable.path");
  });

  it("says detached when it was closed before the end", async () => {
    const command = exec("sleep 5");
    await command.start();
    await command.close();
    expect(onlySpan().attributes).toMatchObject({ "sprites.exec.detached": true });
    expect(onlySpan().attributes).not.toHaveProperty("process.exit.code");
    expect(onlySpan().status.code).toBe(SpanStatusCode.UNSET);
  });

  it("says why there is no exit code of its own", async () => {
    await outOfTime(exec("sleep 5"), 1000);
    const stop = new AbortController();
    const aborted = exec("sleep 5");
    const running = rejection(aborted.run({ signal: stop.signal }));
    await until(() => aborted.sessionId !== undefined);
    stop.abort(new DOMException("time is up", "TimeoutError"));
    await running;
    await rejection(
      sprite({ closeWith: { code: 1011 } })
        .exec("true")
        .run(),
    );
    await rejection(
      sprite({ refuse: { status: 404, body: {} } })
        .exec("true")
        .run(),
    );
    await rejection(
      harness
        .client({ endpoint: CLOSED_ENDPOINT, tracerProvider: telemetry.tracerProvider })
        .attach("x")
        .exec("true")
        .run(),
    );
    expect(telemetry.spans.map(({ attributes }) => attributes["error.type"])).toEqual([
      "timeout",
      "aborted",
      "ConnectionError",
      "ExecutionError",
      "ConnectionError",
    ]);
    for (const { status, events } of telemetry.spans) {
      expect(status.code).toBe(SpanStatusCode.ERROR);
      expect(events.at(-1)?.name).toBe("exception");
    }
    expect(telemetry.spans[0]?.events.find(({ name }) => name === "sprites.killed")?.attributes).toEqual({
      signal: "TERM",
    });
    expect(telemetry.spans[2]?.attributes["sprites.ws.close_code"]).toBe(1011);
    expect(telemetry.spans[3]?.attributes["http.response.status_code"]).toBe(404);
  });

  it("tells of ports that open", async () => {
    await sprite({ noise: true }).exec("true").run();
    expect(onlySpan().events.find(({ name }) => name === "sprites.port_opened")?.attributes).toEqual({
      port: 3000,
      pid: 42,
    });
  });

  it("of a joined session has the name of what runs", async () => {
    const box = sprite();
    const first = box.exec(["sleep", "5"]);
    await first.start();
    await until(() => first.sessionId !== undefined);
    const second = box.sessions.attach(first.sessionId as string);
    await second.start();
    await second.close();
    expect(onlySpan()).toMatchObject({ name: "exec sleep", attributes: { "sprites.exec.mode": "attach" } });
    await first.signal("KILL");
    await first.wait();
  });

  it.runIf(loadPty())("counts the bytes of a terminal, and tells of its size", async () => {
    const command = exec("read x; printf 12345", { tty: true });
    await command.start();
    command.resizeTerminal(90, 30);
    await command.sendStdin("\n");
    await command.wait();
    expect(onlySpan().attributes).toMatchObject({ "sprites.exec.tty": true, "sprites.exec.output.bytes": 7 });
    expect(onlySpan().events.find(({ name }) => name === "sprites.resize")?.attributes).toEqual({
      cols: 90,
      rows: 30,
    });
  });
});

describe("command lines", () => {
  const run = (options: SpritesClientOptions) =>
    exec("echo $SECRET", { env: { SECRET: "s" } }, options).run();

  it("are recorded only when asked for, values never", async () => {
    await run({});
    expect(Object.keys(onlySpan().attributes)).not.toContain("process.command_args");
    expect(Object.keys(onlySpan().attributes)).not.toContain("sprites.exec.env_names");
    telemetry.forget();
    await run({ captureContent: true });
    expect(onlySpan().attributes).toMatchObject({
      "process.command_args": ["/bin/sh", "-c", "echo $SECRET"],
      "sprites.exec.env_names": ["SECRET"],
    });
  });

  it.each([
    ["true", true],
    ["SPAN_ONLY", true],
    ["span_and_event", true],
    ["EVENT_ONLY", false],
    ["NO_CONTENT", false],
    ["", false],
  ])("follow the variable of the house: %j", async (value, recorded) => {
    vi.stubEnv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", value);
    await run({});
    expect("process.command_args" in onlySpan().attributes).toBe(recorded);
    telemetry.forget();
    await run({ captureContent: !recorded });
    expect("process.command_args" in onlySpan().attributes).toBe(!recorded);
  });
});

describe("the span of a checkpoint", () => {
  it("has an event for each line, and the look-up as a child", async () => {
    await sprite().checkpoint();
    const [child, span] = telemetry.spans;
    expect(span).toMatchObject({
      name: "checkpoint create",
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
    });
    expect(span?.attributes).toMatchObject({
      "sprites.sprite.id": expect.any(String),
      "sprites.checkpoint.id": "v1",
      "sprites.checkpoint.messages": 3,
      "http.request.method": "POST",
      "url.template": "/v1/sprites/{name}/checkpoint",
      "http.response.status_code": 200,
      "server.address": "127.0.0.1",
    });
    expect(span?.events).toMatchObject([
      {
        name: "sprites.progress",
        attributes: { "sprites.progress.type": "info", "sprites.progress.message": "Creating checkpoint..." },
      },
      { name: "sprites.progress" },
      { name: "sprites.progress", attributes: { "sprites.progress.type": "complete" } },
    ]);
    expect(child).toMatchObject({ name: "GET /v1/sprites/{name}/checkpoints/{checkpoint_id}" });
    expect(child?.parentSpanContext?.spanId).toBe(span?.spanContext().spanId);
  });

  it("keeps 128 lines of 256 characters and counts the rest", async () => {
    const line = JSON.stringify({ type: "info", data: "x".repeat(300) });
    const progress = [...Array.from({ length: 199 }, () => line), '{"type":"complete","data":"v1"}'];
    await sprite({ progress, hideCheckpoints: true }).checkpoint();
    const span = telemetry.spans.at(-1);
    expect(span?.events).toHaveLength(128);
    expect(String(span?.events[0]?.attributes?.["sprites.progress.message"])).toHaveLength(256);
    expect(span?.attributes).toMatchObject({
      "sprites.checkpoint.messages": 200,
      "sprites.progress.dropped": 72,
    });
  });

  it("fails as it fails", async () => {
    await rejection(sprite({ progressError: "disk full" }).checkpoint());
    await rejection(sprite().restore("v9"));
    await rejection(sprite({ restNeverAnswers: true }).restore("v9", { signal: AbortSignal.timeout(20) }));
    expect(
      telemetry.spans.map(({ name, attributes, status }) => [name, attributes["error.type"], status.code]),
    ).toEqual([
      ["checkpoint create", "CheckpointError", SpanStatusCode.ERROR],
      ["checkpoint restore", "RestoreError", SpanStatusCode.ERROR],
      ["checkpoint restore", "aborted", SpanStatusCode.ERROR],
    ]);
    expect(telemetry.spans[1]?.attributes).toMatchObject({
      "http.response.status_code": 404,
      "sprites.checkpoint.id": "v9",
    });
  });

  it("ends when its progress is left", async () => {
    for await (const _ of sprite().checkpointStream()) break;
    expect(onlySpan().status.code).toBe(SpanStatusCode.UNSET);
  });
});

describe("the span of another call", () => {
  it("is named after its route and has no query", async () => {
    const box = sprite();
    await box.listCheckpoints({ historyFilter: "v1" });
    expect(onlySpan()).toMatchObject({ name: "GET /v1/sprites/{name}/checkpoints", kind: SpanKind.CLIENT });
    expect(onlySpan().attributes).toEqual({
      "http.request.method": "GET",
      "url.template": "/v1/sprites/{name}/checkpoints",
      "url.full": `${harness.server.endpoint}/v1/sprites/${box.spriteId}/checkpoints`,
      "http.response.status_code": 200,
      "server.address": "127.0.0.1",
      "server.port": expect.any(Number),
      "sprites.sprite.id": box.spriteId,
    });
  });

  it("has the status as its error", async () => {
    await rejection(sprite({ rest: { status: 503, body: "" } }).info());
    expect(onlySpan().attributes).toMatchObject({ "error.type": "503", "http.response.status_code": 503 });
    expect(onlySpan().status.code).toBe(SpanStatusCode.ERROR);
  });
});

it("silences the instrumentations of HTTP below it", async () => {
  const suppressed: boolean[] = [];
  const note = (): void => void suppressed.push(isTracingSuppressed(context.active()));
  class Witness extends Agent {
    override createConnection(...args: Parameters<Agent["createConnection"]>) {
      note();
      return super.createConnection(...args);
    }
  }
  const box = sprite(
    {},
    {
      agent: new Witness(),
      fetch: (input, init) => {
        note();
        return fetch(input, init);
      },
    },
  );
  await box.exec("true").run();
  await box.checkpoint();
  await box.info();
  expect(suppressed).toEqual([true, true, true, true]);
  expect(isTracingSuppressed(context.active())).toBe(false);
});

describe("the trace context", () => {
  beforeEach(() => {
    const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
    propagation.setGlobalPropagator(new CompositePropagator({ propagators }));
  });
  const traceparent = () => {
    const { traceId, spanId } = onlySpan().spanContext();
    return `TRACEPARENT=00-${traceId}-${spanId}-01`;
  };

  it("reaches a command beside the sandbox's own environment", async () => {
    const command = await exec("env; exit 5", {}, { propagateContext: true }).run();
    const env = command.stdout.toString().split("\n");
    expect(env).toContain(traceparent());
    expect(env).toContain("SANDBOX=default");
    expect(env.some((line) => /^PATH=.+/.test(line))).toBe(true);
    expect(command).toMatchObject({ returncode: 5, args: ["/bin/sh", "-c", "env; exit 5"] });
    expect(onlySpan()).toMatchObject({ name: "exec sh", attributes: { "process.args_count": 3 } });
  });

  it("reaches a command with an environment of its own, whose values win", async () => {
    const own = { TRACESTATE: "mine=1", A: "1" };
    const command = await exec(["env"], { env: own, propagateContext: true }).run();
    expect(command.stdout.toString().trim().split("\n").sort()).toEqual([
      "A=1",
      expect.stringMatching(/^PATH=/),
      traceparent(),
      "TRACESTATE=mine=1",
    ]);
  });

  it("brings baggage along", async () => {
    const baggage = propagation.createBaggage({ user: { value: "7" } });
    const command = exec(["env"], { propagateContext: true });
    await context.with(propagation.setBaggage(context.active(), baggage), () => command.run());
    expect(command.stdout.toString()).toContain("BAGGAGE=user=7\n");
  });

  it("makes an unknown program end with 127", async () => {
    // Where a folder of the PATH is closed to whoever runs this, the system says 126.
    const options = { propagateContext: true, env: { PATH: "/usr/bin:/bin" } };
    expect((await exec(["no-such-program"], options).run()).returncode).toBe(127);
  });

  it("goes to the API too, when asked for, and to neither otherwise", async () => {
    await sprite({}, { propagateContext: true }).info();
    expect(harness.server.received.at(-1)?.headers.traceparent).toContain(onlySpan().spanContext().spanId);
    const command = exec(["env"]);
    await command.run();
    expect(command.stdout.toString()).not.toContain("TRACEPARENT");
    expect(harness.server.received.at(-1)?.headers).not.toHaveProperty("traceparent");
  });
});

it("measures how long commands take and how many run", async () => {
  await exec("true").run();
  await exec("false").run();
  const { metrics } = await telemetry.collect();
  const found = metrics.flatMap((scope) => scope.metrics);
  expect(found.map(({ descriptor }) => [descriptor.name, descriptor.unit]).sort()).toEqual([
    ["sprites.exec.active", "{command}"],
    ["sprites.exec.duration", "s"],
  ]);
  const duration = found.find(({ descriptor }) => descriptor.name === "sprites.exec.duration");
  expect(duration?.dataPoints.map(({ attributes }) => attributes)).toEqual([
    { "sprites.exec.tty": false },
    { "sprites.exec.tty": false, "error.type": "nonzero_exit" },
  ]);
  const active = found.find(({ descriptor }) => descriptor.name === "sprites.exec.active");
  expect(active?.dataPoints[0]?.value).toBe(0);
});

it("does not let telemetry that throws into any call", async () => {
  const broken = (): never => {
    throw new Error("telemetry is broken");
  };
  const span = Object.fromEntries(SPAN_METHODS.map((name) => [name, broken]));
  const half = { getTracer: () => ({ startSpan: () => span }) };
  propagation.setGlobalPropagator({ inject: broken, extract: broken, fields: () => [] });
  for (const provider of [{ getTracer: broken }, half] as unknown as TracerProvider[]) {
    const box = sprite(
      {},
      { tracerProvider: provider, meterProvider: { getMeter: broken }, propagateContext: true },
    );
    expect((await box.exec("echo out; exit 3").run()).returncode).toBe(3);
    expect(await rejection(box.exec("sleep 9").run({ timeout: 50 }))).toMatchObject({ name: "TimeoutError" });
    expect((await box.checkpoint()).id).toBe("v1");
    expect(await rejection(box.getCheckpoint("v9"))).toMatchObject({ name: "CheckpointError" });
  }
});
