import { ROOT_CONTEXT } from "@opentelemetry/api";
import { beforeEach, describe, expect, it } from "vitest";
import { Telemetry } from "../../../../test/support/telemetry.js";
import type { RequestFacts } from "../adapter/operation.js";
import { startTool } from "../tool/tool.js";
import type { OperationStart } from "./operation-start.js";
import { Recorder } from "./recorder.js";
import { type TelemetryOptions, TelemetrySource } from "./telemetry-source.js";

const CHAT: RequestFacts = { operation: "chat", model: "m" };
let telemetry: Telemetry;

beforeEach(() => {
  telemetry = new Telemetry();
});

function read(options: TelemetryOptions = {}) {
  const { tracerProvider, meterProvider, loggerProvider } = telemetry;
  const source = new TelemetrySource({ name: "@kit/instrumentation-toy", version: "1.0.0" }, options);
  source.use({ tracerProvider, meterProvider, loggerProvider });
  return source.read();
}

const begin = (start: Partial<OperationStart> = {}, options?: TelemetryOptions) =>
  new Recorder(read(options), {
    request: CHAT,
    provider: "toy",
    endpoint: { provider: undefined, address: "toy.example", port: 443 },
    parent: ROOT_CONTEXT,
    ...start,
  });

/** What each instrument measured: its values, with the modality where it tells one. */
async function measured() {
  const { metrics } = await telemetry.collect();
  return metrics
    .flatMap(({ metrics: all }) => all)
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [
        descriptor.name.replace("gen_ai.client.inference.", ""),
        attributes["gen_ai.token.modality"],
        typeof value === "number" ? value : value.count,
      ]),
    );
}

describe("an operation", () => {
  it("counts once, however often its end is told", async () => {
    const recorder = begin();
    recorder.end({ outcome: "completed" });
    recorder.end({ outcome: "error", error: new Error("late") });
    expect(telemetry.spans.map(({ attributes }) => attributes["error.type"])).toEqual([undefined]);
    expect(await measured()).toEqual([["duration", undefined, 1]]);
  });

  it.each([
    ["completed", { input: 1_000, output: 0 }, 0.0025],
    ["completed", { input: 1_000 }, undefined],
    ["completed", { input: 1_000, costUsd: 2 }, 2],
    ["cancelled", { input: 1_000 }, 0.0025],
  ] as const)(
    "that %s and used %j costs %s, as half a price would look like a whole one",
    async (outcome, usage, cost) => {
      const request = { operation: "chat", model: "gpt-4o" };
      begin({ request, provider: "openai" }).end({ outcome, response: { usage } });
      const { attributes } = (await telemetry.collect()).onlySpan();
      expect(attributes["kit.cost.usd"]).toBe(cost);
    },
  );

  it("learns where it went when the answer came, if the client knew no earlier", async () => {
    let known = false;
    const findEndpoint = () => ({
      provider: undefined,
      address: known ? "later.example" : undefined,
      port: 443,
    });
    const start = { findEndpoint, endpoint: findEndpoint() };
    begin(start).end({ outcome: "completed" });
    const recorder = begin(start);
    known = true;
    recorder.end({ outcome: "completed" });
    const { spans } = await telemetry.collect();
    expect(spans.map(({ attributes }) => attributes["server.address"])).toEqual([undefined, "later.example"]);
  });

  it("tells of embeddings what they used in all, and no parts of it", () => {
    const usage = { input: 23, imageInput: 20 };
    begin({ request: { operation: "embeddings" } }).end({ outcome: "completed", response: { usage } });
    const names = telemetry.spans.flatMap(({ attributes }) => Object.keys(attributes));
    expect(names.filter((name) => name.includes("usage"))).toEqual(["gen_ai.usage.input_tokens"]);
  });

  it("that is recorded late lasts as long as the steady clock says", async () => {
    const startedAt = { time: Date.now() - 60_000, mark: performance.now() - 2_000 };
    begin({ startedAt }).end({ outcome: "completed" });
    const [seconds = 0] = (await telemetry.collect()).onlySpan().duration;
    expect(seconds).toBeGreaterThanOrEqual(2);
    expect(seconds).toBeLessThan(60);
  });

  it("has its content read only where it is recorded", () => {
    let reads = 0;
    const request = {
      ...CHAT,
      content: () => {
        reads += 1;
        return {};
      },
    };
    for (const sampled of [false, true]) {
      telemetry = new Telemetry({ sampled });
      begin({ request }, { captureMessageContent: "SPAN_ONLY" }).end({ outcome: "completed" });
      expect(reads).toBe(sampled ? 1 : 0);
    }
  });

  it("that answers with a failure does not lack usage", async () => {
    begin().end({ outcome: "completed", response: { error: { type: "overloaded" } } });
    const { attributes } = (await telemetry.finish()).onlySpan();
    expect(attributes["error.type"]).toBe("overloaded");
    expect(attributes).not.toHaveProperty("kit.usage.missing");
  });

  it("whose error says nothing but its type has no message", async () => {
    begin().end({ outcome: "error", error: new TypeError("TypeError") });
    expect((await telemetry.finish()).onlySpan().status).not.toHaveProperty("message");
  });

  it("tells of an exception where it left a provider's library, and not where it passed a tool", async () => {
    const error = new Error("no");
    begin().end({ outcome: "error", error });
    startTool(read(), { name: "weather" }, ROOT_CONTEXT).end({ outcome: "error", error });
    const { logs } = await telemetry.collect();
    const told = logs.filter(({ eventName }) => eventName === "gen_ai.client.operation.exception");
    expect(told).toHaveLength(1);
  });

  it.each([
    [1, undefined],
    [2, 2],
    [0, 0],
  ])("asked for %i choices tells so where it is not one", async (choiceCount, told) => {
    begin({ request: { ...CHAT, choiceCount } }).end({ outcome: "completed" });
    expect((await telemetry.collect()).onlySpan().attributes["gen_ai.request.choice.count"]).toBe(told);
  });

  it("splits its tokens by what they were, and never into more than there were", async () => {
    const usage = { input: 10, textInput: 7, imageInput: 5, audioInput: 2 };
    begin().end({ outcome: "completed", response: { usage } });
    expect((await measured()).filter(([name]) => name === "usage.input_tokens")).toEqual([
      ["usage.input_tokens", "text", 7],
      ["usage.input_tokens", "audio", 2],
      ["usage.input_tokens", "unknown", 1],
    ]);
  });

  it("of an agent is named after the agent or nothing, as models and data name others", () => {
    for (const agentName of ["guide", undefined])
      begin({ request: { operation: "invoke_agent", model: "m", dataSourceId: "d", agentName } }).end({
        outcome: "completed",
      });
    expect(telemetry.spans.map(({ name }) => name)).toEqual(["invoke_agent guide", "invoke_agent"]);
  });

  it.each(["chat", "invoke_agent"])(
    "%s that fails in the middle of its answer tells nothing of the message, which may repeat that",
    (operation) => {
      const recorder = begin({ request: { operation } });
      recorder.chunk();
      recorder.end({ outcome: "error", error: new TypeError("After the answer") });
      expect(telemetry.spans.map(({ status }) => status.message)).toEqual([undefined]);
    },
  );

  it("that plans is measured by the model's calls in it alone", async () => {
    begin({ request: { operation: "plan" }, provider: undefined }).end({ outcome: "completed" });
    expect(await measured()).toEqual([]);
  });
});
