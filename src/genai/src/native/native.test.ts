import { type Context, context, diag, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Telemetry } from "../../../../test/support/telemetry.js";
import { type Definition, GenAIInstrumentation, markInferenceRecorded, type ToolFacts } from "../index.js";
import { type NativeTelemetryMode, readNativeMode } from "./native.js";

const VARIABLE = "KIT_TOY_NATIVE_TELEMETRY";
const TOOL = { "gen_ai.tool.name": "weather", "gen_ai.tool.call.id": "call_1" };

/** A client that traces itself: a span a call, one a tool, one an agent, each by the tracer in its field. */
class Client {
  tracer: Tracer | undefined = trace.getTracer("toy-sdk");
  readonly calls = {
    _client: this,
    ask: async (passed?: object) => {
      const span =
        (passed as { span?: ReturnType<Tracer["startSpan"]> })?.span ?? this.tracer?.startSpan("toy.ask");
      const named = span?.spanContext().spanId;
      span?.end();
      return { named };
    },
  };

  async helper(ask: Client["calls"]["ask"]): Promise<{ named: string | undefined }> {
    return ask({ span: this.tracer?.startSpan("toy.ask") });
  }

  async agent(tool: (input: object) => unknown, { failing = false } = {}): Promise<void> {
    const agent = this.tracer?.startSpan("toy.agent");
    const within = (span: typeof agent, parent: Context) => (span ? trace.setSpan(parent, span) : parent);
    const inAgent = within(agent, context.active());
    await context.with(inAgent, () => Calls.prototype.ask.call(this.calls as never));
    const span = this.tracer?.startSpan("toy.tool", { attributes: TOOL }, inAgent);
    try {
      await context.with(within(span, inAgent), () => tool({ city: "Oslo" }));
      span?.setStatus({ code: SpanStatusCode.OK });
    } catch {
      span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.setAttribute("error.type", "tool_error");
    }
    span?.end();
    if (failing) agent?.setAttribute("error.type", "toy_error").setStatus({ code: SpanStatusCode.ERROR });
    else agent?.setStatus({ code: SpanStatusCode.OK });
    agent?.end();
  }
}

class Calls {
  declare readonly _client: Client;

  constructor(client: Client) {
    Object.defineProperty(this, "_client", { value: client });
  }

  ask(passed?: object): Promise<{ named: string | undefined }> {
    return this._client.calls.ask(passed);
  }

  run(tool: (input: object) => unknown): (input: object) => unknown {
    return tool;
  }
}

class ToyInstrumentation extends GenAIInstrumentation {
  static override readonly definition: Definition = {
    name: "@kit/instrumentation-toy",
    version: "1.0.0",
    module: "toy",
    versions: [">=1 <2"],
    provider: "toy",
    baseUrl: () => "https://toy.example",
    targets: () => [
      {
        on: Calls.prototype,
        method: "ask",
        call: {
          request: () => ({ operation: "chat", model: "toy-1" }),
          response: () => ({
            id: "1",
            model: "toy-1",
            finishReasons: ["stop"],
            usage: { input: 2, output: 3 },
          }),
        },
      },
      {
        on: Calls.prototype,
        method: "run",
        toolLoop: ([tool]: readonly [(input: object) => unknown], traceTool) => [
          traceTool({ name: "weather" } satisfies ToolFacts, tool),
        ],
      },
    ],
    native: {
      variable: VARIABLE,
      tracer: (receiver) => {
        const { _client: holder } = receiver as Calls;
        return holder.tracer && { holder, key: "tracer", ownProvider: false };
      },
      read: (name) => {
        if (name === "toy.ask") return "call";
        if (name === "toy.agent") return "agent";
        return name === "toy.tool" ? "tool" : undefined;
      },
      passed: ([passed]) => (passed as { span?: unknown } | undefined)?.span,
    },
  };
}

let telemetry: Telemetry;
let toy: ToyInstrumentation;
let client: Client;
let calls: Calls;

function instrument(nativeTelemetry?: NativeTelemetryMode): void {
  toy?.disable();
  toy = telemetry.observe(
    new ToyInstrumentation({ ...(nativeTelemetry && { nativeTelemetry }), captureMessageContent: true }),
  );
  toy.manuallyInstrument({});
}

beforeEach(() => {
  telemetry = new Telemetry({ capture: "SPAN_ONLY" });
  trace.setGlobalTracerProvider(telemetry.tracerProvider);
  client = new Client();
  calls = new Calls(client);
  instrument();
});
afterEach(() => {
  toy.disable();
  trace.disable();
});

const scopes = async () =>
  (await telemetry.collect()).spans.map((span) => span.instrumentationScope.name).sort();
const OURS = "@kit/instrumentation-toy";
const THEIRS = "toy-sdk";

describe("a library that makes spans by itself", () => {
  it("makes none for a call of ours, and works under the name of our span", async () => {
    const { named } = await calls.ask();
    const span = (await telemetry.finish()).onlySpan();
    expect(span.instrumentationScope.name).toBe(OURS);
    expect(named).toBe(span.spanContext().spanId);
  });

  it("that starts its span before the call learns the name of ours in the call", async () => {
    await calls.ask();
    telemetry.forget();
    const { named } = await client.helper((passed) => calls.ask(passed));
    expect(named).toBe((await telemetry.collect()).onlySpan().spanContext().spanId);
  });

  it("keeps its spans for all else, and has all of them back when we are off", async () => {
    await calls.ask();
    client.tracer?.startSpan("toy.list").end();
    client.tracer?.startActiveSpan("toy.walk", (span) => span.end());
    toy.disable();
    await calls.ask();
    expect(await scopes()).toEqual([OURS, THEIRS, THEIRS, THEIRS]);
  });

  it("makes no span for a call that a framework records already", async () => {
    await context.with(markInferenceRecorded(), () => calls.ask());
    expect(await scopes()).toEqual([]);
  });

  it.each([
    ["ours", [OURS]],
    ["native", [THEIRS]],
    ["both", [OURS, THEIRS]],
  ] as const)("in mode %s leaves spans of %j, and one count", async (mode, expected) => {
    instrument(mode);
    await calls.ask();
    const { spans, metrics } = await telemetry.collect();
    expect(spans.map((span) => span.instrumentationScope.name).sort()).toEqual(expected);
    const duration = metrics[0]?.metrics.find(({ descriptor }) =>
      descriptor.name.endsWith("inference.duration"),
    );
    expect(duration?.dataPoints[0]?.value).toMatchObject({ count: 1 });
  });

  it("changes its mode with the options", async () => {
    await calls.ask();
    toy.setConfig({ nativeTelemetry: "native" });
    await calls.ask();
    expect(await scopes()).toEqual([OURS, THEIRS]);
  });
});

describe("an agent that a library reports", () => {
  it("becomes ours, above its calls and tools, with their usage and no cost of its own", async () => {
    await calls.ask();
    telemetry.forget();
    const tool = calls.run(() => "sunny");
    await client.agent(tool);
    const { spans } = await telemetry.collect();
    expect(spans.map(({ name }) => name)).toEqual(["chat toy-1", "execute_tool weather", "invoke_agent"]);
    const [chat, ran, agent] = spans;
    expect(agent?.attributes).toEqual({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 2,
      "gen_ai.usage.output_tokens": 3,
    });
    const id = agent?.spanContext().spanId;
    expect([chat?.parentSpanContext?.spanId, ran?.parentSpanContext?.spanId]).toEqual([id, id]);
    expect(ran?.attributes).toMatchObject({
      "gen_ai.tool.call.id": "call_1",
      "gen_ai.tool.call.arguments": '{"city":"Oslo"}',
      "gen_ai.tool.call.result": "sunny",
    });
  });

  it("keeps its own word on a tool that we do not see run", async () => {
    await calls.ask();
    telemetry.forget();
    await client.agent(
      () => {
        trace.getActiveSpan()?.setAttribute("app.mark", 1);
        throw new Error("no");
      },
      { failing: true },
    );
    const { spans } = await telemetry.collect();
    const [, ran, agent] = spans;
    expect(ran?.attributes).toMatchObject({ "error.type": "tool_error", "app.mark": 1 });
    expect([ran?.status.code, agent?.status.code]).toEqual([SpanStatusCode.ERROR, SpanStatusCode.ERROR]);
    expect(agent?.attributes["error.type"]).toBe("toy_error");
  });
});

describe("the mode", () => {
  it.each([
    ["native", { [VARIABLE]: "both" }, "native"],
    [undefined, { [VARIABLE]: " Both " }, "both"],
    [undefined, { [VARIABLE]: "" }, "ours"],
    [undefined, {}, "ours"],
  ])("is %s over %j: %s", (option, env, mode) => {
    expect(readNativeMode(option, VARIABLE, env)).toBe(mode);
  });

  it("that is no mode is ours, and says so", () => {
    const warn = vi.spyOn(diag, "warn");
    expect(readNativeMode("mine", VARIABLE, {})).toBe("ours");
    expect(warn.mock.calls[0]?.[0]).toBe(
      'nativeTelemetry: unknown value "mine"; expected ours, native or both. Using ours.',
    );
    warn.mockRestore();
  });
});
