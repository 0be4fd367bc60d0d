import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import * as sdk from "openai";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ProviderServer } from "../support/provider-server.js";
import { Telemetry, type TelemetryOptions } from "../support/telemetry.js";
import { Canaries, exportedBytes } from "./canaries.js";
import { MARKED_CALLS, type MarkedCall, type ScriptedClient } from "./openai-calls.js";

type Config = ConstructorParameters<typeof OpenAIInstrumentation>[0];

let provider: ProviderServer;
let mark: Canaries;
let instrumentation: OpenAIInstrumentation | undefined;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
beforeEach(() => {
  mark = new Canaries();
});
afterEach(() => instrumentation?.disable());
afterAll(() => provider.close());

describe("with content off", () => {
  it.each(MARKED_CALLS)("$name leaves no content in any export", async (call) => {
    const { spans, metrics, logs } = await run(call, {});
    expect(mark.count).toBeGreaterThan(1);
    expect(spans).toContain("gen_ai.operation.name");
    expect({ spans: mark.leaksIn(spans), metrics: mark.leaksIn(metrics), logs: mark.leaksIn(logs) }).toEqual(
      NONE,
    );
  });
});

describe("with a redact hook that throws", () => {
  const redact = () => {
    throw new Error("redact is broken");
  };
  it.each(MARKED_CALLS)("$name leaves no content in any export", async (call) => {
    const config = { captureMessageContent: "SPAN_AND_EVENT", redact } as const;
    const { spans, metrics, logs } = await run(call, config, { capture: "SPAN_AND_EVENT" });
    expect({ spans: mark.leaksIn(spans), metrics: mark.leaksIn(metrics), logs: mark.leaksIn(logs) }).toEqual(
      NONE,
    );
  });
});

describe("with a redact hook that masks", () => {
  const redact = <Value>(content: Value): Value =>
    JSON.parse(JSON.stringify(content).replaceAll(/canary\w+/g, "[masked]")) as Value;

  it.each(MARKED_CALLS)("$name leaves nothing masked in any export", async (call) => {
    const config = { captureMessageContent: "SPAN_AND_EVENT", redact } as const;
    const { spans, metrics, logs } = await run(call, config, { capture: "SPAN_AND_EVENT" });
    expect({ spans: mark.leaksIn(spans), metrics: mark.leaksIn(metrics), logs: mark.leaksIn(logs) }).toEqual(
      NONE,
    );
  });
});

describe("with content on one signal only", () => {
  it.each(MARKED_CALLS)("$name leaves no content on spans or metrics when events have it", async (call) => {
    const { spans, metrics } = await run(
      call,
      { captureMessageContent: "EVENT_ONLY" },
      { capture: "EVENT_ONLY" },
    );
    expect({ spans: mark.leaksIn(spans), metrics: mark.leaksIn(metrics) }).toEqual({
      spans: [],
      metrics: [],
    });
  });

  it.each(MARKED_CALLS)("$name leaves no content on events or metrics when spans have it", async (call) => {
    const { logs, metrics } = await run(
      call,
      { captureMessageContent: "SPAN_ONLY" },
      { capture: "SPAN_ONLY" },
    );
    expect({ logs: mark.leaksIn(logs), metrics: mark.leaksIn(metrics) }).toEqual({ logs: [], metrics: [] });
  });
});

describe("secrets", () => {
  it.each(MARKED_CALLS)("$name leaves no key in any export, content on", async (call) => {
    const { spans, metrics, logs } = await run(
      call,
      { captureMessageContent: "SPAN_AND_EVENT" },
      { capture: "SPAN_AND_EVENT" },
    );
    expect(spans + metrics + logs).not.toMatch(/secretsecret|SECRET_IN_THE_URL/);
  });
});

const NONE = { spans: [], metrics: [], logs: [] };

async function run(call: MarkedCall, config: Config, options: TelemetryOptions = {}) {
  const telemetry = new Telemetry(options);
  instrumentation = telemetry.observe(new OpenAIInstrumentation(config));
  instrumentation.manuallyInstrument(sdk);
  provider.reset();
  provider.serve("/openai", call.replies(mark));
  const client: ScriptedClient = new sdk.OpenAI({
    apiKey: `sk-proj-${"secret".repeat(3)}`,
    organization: mark.word("organization"),
    project: mark.word("project"),
    baseURL: "https://user:SECRET_IN_THE_URL@gateway.example/v1?key=SECRET_IN_THE_URL",
    fetch: provider.fetchAs("/openai"),
    maxRetries: 0,
  });
  client.nextReply = (reply) => provider.serve("/openai", reply);
  await call.call(client, mark).catch(() => undefined);
  return exportedBytes(await telemetry.finish());
}
