import { Anthropic } from "@anthropic-ai/sdk";
import { AnthropicInstrumentation } from "@kit/instrumentation-anthropic";
import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import * as sdk from "openai";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LITELLM } from "../support/peers/binaries.js";
import { RealLiteLLM } from "../support/peers/litellm.js";
import { message, streamedMessage } from "../support/provider/anthropic-answers.js";
import { event, json, ProviderServer, script } from "../support/provider-server.js";
import { Telemetry } from "../support/telemetry.js";

const ALIAS = "our-model";
const MODEL = "gpt-4o-mini";
const usage = { prompt_tokens: 1_000, completion_tokens: 2_000, total_tokens: 3_000 };
/** What the provider asks for that: 0.15 and 0.60 dollars for a million tokens. */
const PRICE = 0.00135;
/** 3 and 15 dollars for a million tokens, of which the message took 9 and 3. */
const MESSAGE_PRICE = 0.000072;
const PARAMS = { model: ALIAS, messages: [{ role: "user" as const, content: "Hi" }] };
const chunk = (more: object) => event({ id: "c1", object: "chat.completion.chunk", model: MODEL, ...more });

describe.skipIf(!LITELLM)("a real LiteLLM proxy (absent unless LITELLM_BIN names its program)", () => {
  let provider: ProviderServer;
  let proxy: RealLiteLLM;
  beforeAll(async () => {
    provider = await ProviderServer.start();
    const upstream = provider.serve("/v1", ({ path, body }) => answer(path, body as Asked));
    proxy = await RealLiteLLM.start(
      LITELLM as string,
      {
        [ALIAS]: `openai/${MODEL}`,
        claude: "anthropic/claude-sonnet-4-5",
        embed: "openai/text-embedding-3-small",
        failing: "openai/out-of-order",
      },
      upstream,
      [{ failing: [ALIAS] }],
    );
  }, 90_000);
  afterAll(async () => {
    await proxy?.stop();
    await provider?.close();
  });

  async function recorded(
    instrumentation: OpenAIInstrumentation | AnthropicInstrumentation,
    library: object,
    app: () => Promise<unknown>,
  ) {
    const telemetry = new Telemetry();
    telemetry.observe(instrumentation).manuallyInstrument(library);
    try {
      await app();
    } finally {
      instrumentation.disable();
    }
    return (await telemetry.finish()).onlySpan().attributes;
  }

  const spanOf = (app: (client: sdk.OpenAI) => Promise<unknown>) =>
    recorded(new OpenAIInstrumentation(), sdk, () =>
      app(new sdk.OpenAI({ ...proxy.options, maxRetries: 0 })),
    );

  const FACTS = {
    "gen_ai.provider.name": "litellm",
    "kit.provenance": "litellm_proxy",
    "kit.litellm.call_id": expect.stringMatching(/^[\w-]{36}$/),
    "kit.litellm.model_id": expect.stringMatching(/^\w{64}$/),
    "kit.litellm.version": expect.stringMatching(/^\d+\.\d+\.\d+/),
  };

  const CACHED = { "kit.litellm.cache_key": expect.any(String) };

  it("tells its price of a whole answer, which is the provider's", async () => {
    const attributes = await spanOf((client) => client.chat.completions.create(PARAMS));
    expect(attributes).toMatchObject({ ...FACTS, "gen_ai.request.model": ALIAS });
    expect(attributes["kit.cost.usd"]).toBeCloseTo(PRICE, 9);
  });

  it("tells the model of a stream, which gives the same price", async () => {
    const attributes = await spanOf(async (client) => {
      const params = { ...PARAMS, stream: true as const, stream_options: { include_usage: true } };
      for await (const _ of await client.chat.completions.create(params));
    });
    expect(attributes).toMatchObject({ ...FACTS, "gen_ai.usage.output_tokens": 2_000 });
    expect(attributes["kit.cost.usd"]).toBeCloseTo(PRICE, 9);
  });

  it.each([false, true])("tells its price of what the Anthropic SDK asks, streamed: %s", async (stream) => {
    const { apiKey, baseURL } = proxy.options;
    const messages = [{ role: "user" as const, content: "Hi" }];
    const attributes = await recorded(new AnthropicInstrumentation(), { Anthropic }, async () => {
      const client = new Anthropic({ apiKey, baseURL: new URL(baseURL).origin, maxRetries: 0 });
      const answer = await client.messages.create({ model: "claude", max_tokens: 10, messages, stream });
      if (Symbol.asyncIterator in answer) for await (const _ of answer);
    });
    expect(attributes).toMatchObject({ ...FACTS, "kit.litellm.model_name": "anthropic/claude-sonnet-4-5" });
    expect(attributes["kit.cost.usd"]).toBeCloseTo(MESSAGE_PRICE, 9);
  });

  it("tells the price of embeddings", async () => {
    const attributes = await spanOf((client) => client.embeddings.create({ model: "embed", input: "Hi" }));
    expect(attributes).toMatchObject(FACTS);
    expect(attributes["kit.cost.usd"]).toBeGreaterThan(0);
  });

  it("takes nothing for an answer out of its cache, streamed or not, though it tells the old price", async () => {
    const params = { ...PARAMS, messages: [{ role: "user" as const, content: "Again" }] };
    const streamed = { ...params, stream: true as const, stream_options: { include_usage: true } };
    const whole = () => spanOf((client) => client.chat.completions.create(params));
    const stream = () =>
      spanOf(async (client) => {
        for await (const _ of await client.chat.completions.create(streamed));
      });
    for (const ask of [whole, stream]) {
      expect((await ask())["kit.cost.usd"]).toBeCloseTo(PRICE, 9);
      // It writes to its cache after it has answered.
      await vi.waitFor(
        async () => expect(await ask()).toMatchObject({ ...FACTS, "kit.cost.usd": 0, ...CACHED }),
        { timeout: 30_000, interval: 500 },
      );
    }
  }, 60_000);

  it("tells that it fell back on another model, and that model's price", async () => {
    const attributes = await spanOf((client) =>
      client.chat.completions.create({ ...PARAMS, model: "failing" }),
    );
    expect(attributes).toMatchObject({
      ...FACTS,
      "kit.litellm.attempted_fallbacks": 1,
      "kit.litellm.model_name": `openai/${MODEL}`,
    });
  });

  it("tells the call it refused, and no price", async () => {
    const attributes = await spanOf((client) =>
      client.chat.completions.create({ ...PARAMS, model: "nobody-knows" }).catch(() => undefined),
    );
    expect(attributes).toMatchObject({
      "error.type": "400",
      "gen_ai.provider.name": "litellm",
      "kit.litellm.call_id": FACTS["kit.litellm.call_id"],
    });
    expect(attributes).not.toHaveProperty("kit.cost.usd");
  });
});

interface Asked {
  model?: string;
  stream?: boolean;
}

function answer(path: string, { model, stream }: Asked) {
  if (path.endsWith("/messages")) return stream ? streamedMessage() : message();
  if (model === "out-of-order") return json({ error: { message: "out of order" } }, { status: 500 });
  if (path.endsWith("/embeddings")) {
    const data = [{ object: "embedding", index: 0, embedding: [0.25, 0.5] }];
    return json({ object: "list", model: "text-embedding-3-small", data, usage });
  }
  if (stream !== true) {
    const message = { role: "assistant", content: "Hello" };
    const choices = [{ index: 0, finish_reason: "stop", message }];
    return json({ id: "c1", object: "chat.completion", created: 1, model: MODEL, choices, usage });
  }
  return script([
    chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "Hel" } }] }),
    chunk({ choices: [{ index: 0, delta: { content: "lo" } }] }),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
    chunk({ choices: [], usage }),
    event("[DONE]"),
  ]);
}
