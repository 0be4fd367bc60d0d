import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { afterEach, describe, expect, it } from "vitest";
import { type ReceivedRequest, script } from "../support/provider-server.js";
import {
  type Client,
  eventsOf,
  HELLO,
  message,
  NATIVE_VERSIONS,
  PARAMS,
  RUNNER_VERSIONS,
  reply,
  type Stage,
  setStage,
  type Version,
} from "./support.js";

const CALLS = [
  { type: "text", text: "Let me look." },
  { type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Oslo" } },
  { type: "tool_use", id: "toolu_2", name: "weather", input: { city: "Rome" } },
];
const ASKS = message(CALLS, { stop_reason: "tool_use" });

/** Asks for the tools first, and answers once the conversation holds their results. */
function answer({ body }: ReceivedRequest) {
  const { messages, stream } = body as { messages: object[]; stream?: boolean };
  return reply(JSON.stringify(messages).includes("tool_result") ? HELLO : ASKS, stream === true);
}

function weather(run: (input: { city: string }) => unknown) {
  return {
    name: "weather",
    description: "tells the weather",
    input_schema: { type: "object" as const },
    parse: (input: unknown) => input,
    run,
  };
}

const operations = (spans: readonly ReadableSpan[]) =>
  spans.map((span) => span.attributes["gen_ai.operation.name"]);
const toolsOf = (spans: readonly ReadableSpan[]) =>
  spans.filter((span) => span.attributes["gen_ai.operation.name"] === "execute_tool");

let stage: Stage;
afterEach(() => stage.close());

async function setRunner(version: Version, global: boolean, capture = true) {
  stage = await setStage(version, answer, { global, config: { captureMessageContent: capture } });
}

/** Ways of giving a runner another tool than it was made with. */
const ARRIVALS: [string, (runner: Client) => void][] = [
  [
    "parameters",
    (runner) =>
      runner.setMessagesParams((params: object) => ({ ...params, tools: [weather(() => "fresh")] })),
  ],
  ["addTools", (runner) => runner.addTools(weather(() => "fresh"))],
];

/** With and without spans of the SDK's own; the oldest of these generations has none either way. */
const SETTINGS = RUNNER_VERSIONS.flatMap((version) => [
  { version, global: true },
  { version, global: false },
]);

describe.each(SETTINGS)("a tool runner of $version, global provider: $global", ({ version, global }) => {
  it("leaves a span for each turn and one for each run of a tool", async () => {
    await setRunner(version, global);
    const active: unknown[] = [];
    const tool = weather(async ({ city }) => {
      active.push(trace.getActiveSpan()?.spanContext().spanId);
      return `sunny in ${city}`;
    });
    const last = await stage.client.beta.messages.toolRunner({ ...PARAMS, tools: [tool] });
    expect(last.content).toEqual([{ type: "text", text: "Hello" }]);
    const { spans } = await stage.telemetry.finish();
    expect(
      operations(spans)
        .filter((name) => name !== "invoke_agent")
        .sort(),
    ).toEqual(["chat", "chat", "execute_tool", "execute_tool"]);
    const tools = toolsOf(spans);
    expect(tools.map((span) => span.attributes)).toMatchObject(
      ["Oslo", "Rome"].map((city, index) => ({
        "gen_ai.tool.name": "weather",
        "gen_ai.tool.description": "tells the weather",
        "gen_ai.tool.call.id": `toolu_${index + 1}`,
        "gen_ai.tool.call.arguments": JSON.stringify({ city }),
        "gen_ai.tool.call.result": `sunny in ${city}`,
      })),
    );
    expect(active).toEqual(tools.map((span) => span.spanContext().spanId));
  });

  it("keeps the agent's span where the SDK makes one, above its turns and tools", async () => {
    await setRunner(version, global);
    await stage.client.beta.messages.toolRunner({ ...PARAMS, tools: [weather(() => "sunny")] });
    const { spans } = await stage.telemetry.finish();
    const agents = spans.filter((span) => span.attributes["gen_ai.operation.name"] === "invoke_agent");
    expect(agents.map((span) => span.name)).toEqual(version === "anthropic-0.133" ? [] : ["invoke_agent"]);
    const parents = new Set(spans.map((span) => span.parentSpanContext?.spanId));
    expect(parents).toEqual(new Set([undefined, ...agents.map((span) => span.spanContext().spanId)]));
  });

  it("counts the turns and tools of an agent that the SDK reports", async () => {
    await setRunner(version, global);
    await stage.client.beta.messages.toolRunner({ ...PARAMS, tools: [weather(() => "sunny")] });
    const { metrics } = await stage.telemetry.finish();
    const told = (name: string) =>
      metrics
        .flatMap((scope) => scope.metrics)
        .filter(({ descriptor }) => descriptor.name === `gen_ai.invoke_agent.${name}`)
        .flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value));
    const expected = version === "anthropic-0.133" ? [] : [expect.objectContaining({ count: 1, sum: 2 })];
    expect([told("inference_calls"), told("tool_calls")]).toEqual([expected, expected]);
  });

  it("streams its turns with the same spans", async () => {
    await setRunner(version, global);
    const texts: string[] = [];
    const runner = stage.client.beta.messages.toolRunner({
      ...PARAMS,
      stream: true,
      tools: [weather(() => "sunny")],
    });
    for await (const stream of runner) {
      for await (const event of stream) if (event.delta?.type === "text_delta") texts.push(event.delta.text);
    }
    expect(texts).toEqual(["Let me look.", "Hello"]);
    const { spans } = await stage.telemetry.finish();
    const chats = spans.filter((span) => span.attributes["gen_ai.operation.name"] === "chat");
    expect(chats.map((span) => span.attributes)).toMatchObject(
      ["tool_use", "end_turn"].map((reason) => ({
        "gen_ai.request.stream": true,
        "gen_ai.response.finish_reasons": [reason],
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.output.messages": expect.stringContaining(reason === "end_turn" ? "Hello" : '"tool_call"'),
      })),
    );
    expect(toolsOf(spans)).toHaveLength(2);
  });

  it("tells the tool's own error, which the model gets as its result", async () => {
    await setRunner(version, global, false);
    const tool = weather(() => {
      throw new RangeError("a secret of the application");
    });
    const last = await stage.client.beta.messages.toolRunner({ ...PARAMS, tools: [tool] });
    expect(last.stop_reason).toBe("end_turn");
    const { spans } = await stage.telemetry.finish();
    expect(toolsOf(spans).map((span) => span.attributes["error.type"])).toEqual(["RangeError", "RangeError"]);
    expect(
      JSON.stringify(spans.map(({ attributes, status, events }) => [attributes, status, events])),
    ).not.toMatch(/secret|Oslo|weather\?/);
  });

  it("runs a tool with private members on the application's own object", async () => {
    await setRunner(version, global);
    class Counter {
      readonly name = "weather";
      readonly input_schema = { type: "object" as const };
      #runs = 0;
      parse = (input: unknown) => input;
      run(): string {
        this.#runs += 1;
        return `run ${this.#runs}`;
      }
    }
    await stage.client.beta.messages.toolRunner({ ...PARAMS, tools: [new Counter()] });
    const results = toolsOf((await stage.telemetry.finish()).spans).map(
      (span) => span.attributes["gen_ai.tool.call.result"],
    );
    expect(results).toEqual(["run 1", "run 2"]);
  });

  it("runs frozen tools, and tools whose getters and toJSON need their private members", async () => {
    await setRunner(version, global);
    class Documented {
      readonly input_schema = { type: "object" as const };
      #about = "tells the weather";
      get name() {
        return this.#about.length > 0 ? "weather" : "";
      }
      toJSON() {
        return { name: this.name, description: this.#about, input_schema: this.input_schema };
      }
      run = () => this.#about;
    }
    for (const tool of [new Documented(), Object.freeze(weather(() => "cold"))]) {
      await stage.client.beta.messages.toolRunner({ ...PARAMS, tools: [tool] });
    }
    const results = toolsOf((await stage.telemetry.finish()).spans).map(
      (span) => span.attributes["gen_ai.tool.call.result"],
    );
    expect(results).toEqual(["tells the weather", "tells the weather", "cold", "cold"]);
    const sent = stage.server.requests[0]?.body as { tools: { description?: string }[] };
    expect(sent.tools[0]?.description).toBe("tells the weather");
  });

  it.each(ARRIVALS)("traces tools that come while it runs, by %s", async (_, arrive) => {
    await setRunner(version, global);
    const runner = stage.client.beta.messages.toolRunner({ ...PARAMS, tools: [weather(() => "stale")] });
    arrive(runner);
    await runner;
    const tools = toolsOf((await stage.telemetry.finish()).spans);
    expect(tools.map(({ attributes }) => attributes)).toMatchObject(
      ["Oslo", "Rome"].map((city) => ({
        "gen_ai.tool.name": "weather",
        "gen_ai.tool.call.arguments": JSON.stringify({ city }),
        "gen_ai.tool.call.result": "fresh",
      })),
    );
  });

  it.each([
    [
      "after an event",
      async (turn: AsyncIterable<unknown>) => {
        for await (const _ of turn) break;
      },
    ],
    ["unread", async () => {}],
  ])("whose reader leaves a streamed turn %s is cancelled, not failed", async (_, read) => {
    stage = await setStage(version, script([...eventsOf(ASKS).slice(0, 3), "hang"]), { global });
    const runner = stage.client.beta.messages.toolRunner({
      ...PARAMS,
      stream: true,
      tools: [weather(() => "sunny")],
    });
    for await (const turn of runner) {
      await read(turn);
      break;
    }
    const { spans } = await stage.telemetry.finish();
    expect(operations(spans)).toContain("chat");
    expect(spans.map(({ attributes, status }) => [attributes["kit.outcome"], status.code])).toEqual(
      spans.map(() => ["cancelled", SpanStatusCode.UNSET]),
    );
  });
});

describe.each(NATIVE_VERSIONS)("a tool that comes while a runner of %s runs", (version) => {
  it.each([
    ["its client makes no spans", "ours", { openTelemetry: false }, "execute_tool weather"],
    ["its client's spans stay the only ones", "native", {}, "anthropic.custom_tool_use weather"],
  ] as const)("has one span where %s", async (_, nativeTelemetry, options, name) => {
    stage = await setStage(version, answer, { global: true, config: { nativeTelemetry }, options });
    const runner = stage.client.beta.messages.toolRunner({ ...PARAMS, tools: [] });
    runner.addTools(weather(() => "sunny"));
    await runner;
    const { spans } = await stage.telemetry.collect();
    expect(spans.map((span) => span.name).filter((told) => told.endsWith("weather"))).toEqual([name, name]);
  });
});

describe.each(NATIVE_VERSIONS)("a tool runner of %s, without a context manager", (version) => {
  it("has one span for each run of a tool, with the SDK's word on the call and ours on the result", async () => {
    await setRunner(version, true);
    context.disable();
    const tool = weather(({ city }) => `sunny in ${city}`);
    await stage.client.beta.messages.toolRunner({ ...PARAMS, tools: [tool] });
    const tools = toolsOf((await stage.telemetry.collect()).spans);
    expect(tools.map(({ attributes }) => attributes)).toMatchObject([
      { "gen_ai.tool.call.id": "toolu_1", "gen_ai.tool.call.result": "sunny in Oslo" },
      { "gen_ai.tool.call.id": "toolu_2", "gen_ai.tool.call.result": "sunny in Rome" },
    ]);
  });
});

describe("a tool runner of anthropic-1", () => {
  it.each<[string, (stage: Stage, params: object) => PromiseLike<unknown>]>([
    ["a thread", ({ client }, params) => client.beta.messages.thread(params).toolRunner()],
    [
      "its class",
      ({ client }, params) => new client.beta.messages.constructor.BetaToolRunner(client, params, {}),
    ],
  ])("made by %s traces its tools", async (_, make) => {
    await setRunner("anthropic-1", true);
    await make(stage, { ...PARAMS, tools: [weather(() => "sunny")] });
    const tools = toolsOf((await stage.telemetry.finish()).spans);
    expect(tools.map(({ attributes }) => attributes["gen_ai.tool.call.result"])).toEqual(["sunny", "sunny"]);
  });
});
