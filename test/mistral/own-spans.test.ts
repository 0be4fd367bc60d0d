import { MistralInstrumentation } from "@kit/instrumentation-mistral";
import type { Mistral } from "@mistralai/mistralai";
import { trace } from "@opentelemetry/api";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadMistral } from "../support/mistral.js";
import { json, ProviderServer } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";

const MODEL = "mistral-small-latest";
const MESSAGES = [{ role: "user" as const, content: "Hi" }];
const ANSWER = json({
  id: "1",
  object: "chat.completion",
  model: MODEL,
  created: 1,
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hello" } }],
});
const EMBEDDED = json({ id: "1", object: "list", model: MODEL, data: [], usage: {} });
const AGENT = json({
  object: "agent",
  id: "ag_1",
  model: MODEL,
  name: "guide",
  version: 0,
  versions: [0],
  deployment_chat: false,
  source: "api",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
});
const CONVERSATION = json({
  object: "conversation.response",
  conversation_id: "conv_1",
  outputs: [{ object: "entry", type: "message.output", role: "assistant", model: MODEL, content: "Hello" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});
const LIST = json({ object: "list", data: [] });

const OURS = "@kit/instrumentation-mistral";
const THEIRS = "mistralai_sdk_tracer";

const WAYS = {
  chat: [ANSWER, (client: Mistral) => client.chat.complete({ model: MODEL, messages: MESSAGES })],
  agents: [ANSWER, (client: Mistral) => client.agents.complete({ agentId: "a", messages: MESSAGES })],
  embeddings: [EMBEDDED, (client: Mistral) => client.embeddings.create({ model: MODEL, inputs: "Hi" })],
  "a new agent": [AGENT, (client: Mistral) => client.beta.agents.create({ model: MODEL, name: "guide" })],
  "a conversation": [
    CONVERSATION,
    (client: Mistral) => client.beta.conversations.start({ model: MODEL, inputs: "Hi" }),
  ],
  "a conversation with an agent": [
    CONVERSATION,
    (client: Mistral) => client.beta.conversations.start({ agentId: "a", inputs: "Hi" }),
  ],
  list: [LIST, (client: Mistral) => client.models.list()],
} as const;

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

// Version 2.2 always makes spans, later ones if they are told to.
describe.each(["matrix/mistral-2.2", "matrix/mistral-2"])("%s, which makes spans itself", async (folder) => {
  const sdk = await loadMistral(folder);
  let telemetry: Telemetry;
  let instrumentation: MistralInstrumentation;
  beforeEach(() => {
    process.env.MISTRAL_SDK_TELEMETRY = "global";
    telemetry = new Telemetry({ except: ["missing_expected"] });
    trace.setGlobalTracerProvider(telemetry.tracerProvider);
    instrumentation = telemetry.observe(new MistralInstrumentation());
    instrumentation.manuallyInstrument(sdk);
  });
  afterEach(() => {
    delete process.env.MISTRAL_SDK_TELEMETRY;
    instrumentation.disable();
    trace.disable();
  });

  async function scopesOf(way: keyof typeof WAYS): Promise<string[]> {
    const [reply, call] = WAYS[way];
    await call(new sdk.Mistral({ apiKey: "test", serverURL: provider.serve("/mistral", reply) }));
    return (await telemetry.collect()).spans.map(({ instrumentationScope }) => instrumentationScope.name);
  }

  it.each([
    "chat",
    "agents",
    "a new agent",
    "a conversation",
    "a conversation with an agent",
    "embeddings",
  ] as const)("makes none for %s, which is recorded", async (way) => {
    expect(await scopesOf(way)).toEqual([OURS]);
  });

  it("makes its own for all else", async () => {
    expect(await scopesOf("list")).toEqual([THEIRS]);
  });

  it("makes its own for everything when we are off", async () => {
    instrumentation.disable();
    expect(await scopesOf("chat")).toEqual([THEIRS]);
  });
});

describe("spans that the SDK sends to Mistral itself", async () => {
  const sdk = await loadMistral("matrix/mistral-2");

  it("are made as before", async () => {
    const telemetry = new Telemetry({ except: ["missing_expected"] });
    const instrumentation = telemetry.observe(new MistralInstrumentation());
    instrumentation.manuallyInstrument(sdk);
    const own = new Telemetry({ except: ["missing_expected"] });
    try {
      const serverURL = provider.serve("/mistral", ANSWER);
      const client = new sdk.Mistral({ apiKey: "test", serverURL });
      const { hooks } = client._options as unknown as { hooks: { beforeRequestHooks: object[] } };
      const hook = hooks.beforeRequestHooks.find((each) => "_autoTelemetryProvider" in each);
      Object.assign(hook ?? {}, {
        tracerProvider: own.tracerProvider,
        _autoTelemetryProvider: own.tracerProvider,
      });
      await client.chat.complete({ model: MODEL, messages: MESSAGES });
      const scopes = async (from: Telemetry) =>
        (await from.collect()).spans.map(({ instrumentationScope }) => instrumentationScope.name);
      expect([await scopes(telemetry), await scopes(own)]).toEqual([[OURS], [THEIRS]]);
    } finally {
      instrumentation.disable();
    }
  });
});
