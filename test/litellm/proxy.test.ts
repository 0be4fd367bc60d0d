import { createRequire } from "node:module";
import { AnthropicInstrumentation } from "@kit/instrumentation-anthropic";
import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answers, event, json, ProviderServer, script } from "../support/provider-server.js";
import { type FinishedTelemetry, Telemetry } from "../support/telemetry.js";

const HEADERS = {
  "x-litellm-call-id": "call-1",
  "x-litellm-model-id": "deployment-1",
  "x-litellm-model-name": "openai/gpt-4o-mini",
  "x-litellm-version": "1.109.1",
};
const PRICED = { ...HEADERS, "x-litellm-response-cost": "0.25" };
const USAGE = { prompt_tokens: 1_000_000, completion_tokens: 0, total_tokens: 1_000_000 };
const COMPLETION = {
  id: "c1",
  object: "chat.completion",
  model: "my-alias",
  system_fingerprint: "fp",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: '{"a":1}' } }],
  usage: USAGE,
};
const CHUNKS = [
  event({
    id: "c1",
    object: "chat.completion.chunk",
    model: "my-alias",
    choices: [{ index: 0, delta: { content: "Hi" } }],
  }),
  event({
    id: "c1",
    model: "my-alias",
    choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
    usage: USAGE,
  }),
  event("[DONE]"),
];
const PARAMS = { model: "my-alias", messages: [{ role: "user" as const, content: "Hi" }] };

let provider: ProviderServer;
beforeAll(async () => {
  provider = await ProviderServer.start();
});
afterAll(() => provider.close());

interface Instrumentation {
  manuallyInstrument(exports: unknown): void;
  disable(): void;
}

async function spanOf(
  instrumentation: Instrumentation & Parameters<Telemetry["observe"]>[0],
  exports: unknown,
  answers: Answers,
  app: (options: { apiKey: string; baseURL: string; maxRetries: number }) => Promise<unknown>,
) {
  const telemetry = new Telemetry();
  telemetry.observe(instrumentation).manuallyInstrument(exports);
  try {
    await app({ apiKey: "sk-test", baseURL: provider.serve("/proxy", answers), maxRetries: 0 });
  } finally {
    instrumentation.disable();
  }
  const finished = await telemetry.finish();
  return { span: finished.onlySpan(), finished };
}

/** Providers that the metrics of a run name. */
function providersIn({ metrics }: FinishedTelemetry): unknown[] {
  const named = metrics
    .flatMap((scope) => scope.metrics)
    .flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes["gen_ai.provider.name"]));
  return [...new Set(named)];
}

const load = (folder: string, name: string) =>
  createRequire(new URL(`../../matrix/${folder}/package.json`, import.meta.url))(name) as Record<
    string,
    never
  >;

type Way = (client: OpenAI) => PromiseLike<unknown>;

const WAYS: Readonly<Record<string, Way>> = {
  "create()": (client) => client.chat.completions.create(PARAMS),
  "create().withResponse()": (client) => client.chat.completions.create(PARAMS).withResponse(),
  "create().asResponse()": (client) => client.chat.completions.create(PARAMS).asResponse(),
  "parse()": (client) => parserOf(client).parse(PARAMS),
};

/** Version 4 has it under `beta`. */
function parserOf(client: OpenAI): OpenAI["chat"]["completions"] {
  const { chat } = client.beta as unknown as { chat?: OpenAI["chat"] };
  return "parse" in client.chat.completions ? client.chat.completions : (chat ?? client.chat).completions;
}

describe.each(["openai-4.19", "openai-4", "openai-5", "openai-6", "openai-7"])(
  "%s at a LiteLLM proxy",
  (folder) => {
    const sdk = load(folder, "openai") as unknown as { OpenAI: typeof OpenAI };
    const run = (answers: Answers, app: (client: OpenAI) => PromiseLike<unknown>) =>
      spanOf(new OpenAIInstrumentation(), sdk, answers, async (options) => app(new sdk.OpenAI(options)));

    const ways = Object.entries(WAYS).filter(([name]) => name !== "parse()" || folder !== "openai-4.19");

    it.each(ways)("records the proxy's facts and price of %s", async (_, call) => {
      const { span, finished } = await run(json(COMPLETION, { headers: PRICED }), call);
      expect(span.attributes).toMatchObject({
        "gen_ai.provider.name": "litellm",
        "kit.provenance": "litellm_proxy",
        "kit.litellm.call_id": "call-1",
        "kit.litellm.model_id": "deployment-1",
        "kit.litellm.model_name": "openai/gpt-4o-mini",
        "kit.litellm.version": "1.109.1",
        "kit.cost.usd": 0.25,
        "gen_ai.request.model": "my-alias",
      });
      expect(Object.keys(span.attributes).filter((name) => name.startsWith("openai."))).toEqual([]);
      expect(providersIn(finished)).toEqual(["litellm"]);
    });

    it("prices a stream without price headers by the model that the proxy called", async () => {
      const { span } = await run(
        script(CHUNKS, { headers: { ...HEADERS, "x-litellm-response-cost": "0.0" } }),
        async (client) => {
          for await (const _ of await client.chat.completions.create({ ...PARAMS, stream: true }));
        },
      );
      expect(span.attributes).toMatchObject({
        "kit.litellm.call_id": "call-1",
        "gen_ai.usage.input_tokens": 1_000_000,
      });
      expect(span.attributes["kit.cost.usd"]).toBeCloseTo(0.15);
    });

    it("records the price of a stream if its headers hold one", async () => {
      const { span } = await run(script(CHUNKS, { headers: PRICED }), async (client) => {
        for await (const _ of await client.chat.completions.create({ ...PARAMS, stream: true }));
      });
      expect(span.attributes["kit.cost.usd"]).toBe(0.25);
    });

    it("records a price of zero, and no price if there is none", async () => {
      const free = await run(
        json(COMPLETION, { headers: { ...HEADERS, "x-litellm-response-cost": "0.0" } }),
        (client) => client.chat.completions.create(PARAMS),
      );
      expect(free.span.attributes["kit.cost.usd"]).toBe(0);
      const unknown = await run(
        json(COMPLETION, { headers: { "x-litellm-call-id": "call-1", "x-litellm-response-cost": "None" } }),
        (client) => client.chat.completions.create(PARAMS),
      );
      expect(unknown.span.attributes).not.toHaveProperty("kit.cost.usd");
    });

    it("records a price of zero for an answer from the proxy's cache, streamed or not", async () => {
      const cached = { ...PRICED, "x-litellm-cache-key": "key-1" };
      const whole = await run(json(COMPLETION, { headers: cached }), (client) =>
        client.chat.completions.create(PARAMS),
      );
      const { "x-litellm-response-cost": _, ...untold } = cached;
      const stream = await run(script(CHUNKS, { headers: untold }), async (client) => {
        for await (const _ of await client.chat.completions.create({ ...PARAMS, stream: true }));
      });
      for (const { span } of [whole, stream])
        expect(span.attributes).toMatchObject({ "kit.cost.usd": 0, "kit.litellm.cache_key": "key-1" });
    });

    it("records the proxy's call id of a failure, and no price", async () => {
      const answer = json(
        { error: { message: "no such model", type: "invalid_request_error", code: "400" } },
        { status: 400, headers: { "x-litellm-call-id": "call-2", "x-litellm-response-cost": "0" } },
      );
      const { span } = await run(answer, (client) =>
        client.chat.completions.create(PARAMS).then(undefined, () => {}),
      );
      expect(span.attributes).toMatchObject({
        "error.type": "400",
        "gen_ai.provider.name": "litellm",
        "kit.litellm.call_id": "call-2",
      });
      expect(span.attributes).not.toHaveProperty("kit.cost.usd");
    });

    it("records none of this if no proxy answered", async () => {
      const { span } = await run(json(COMPLETION), (client) => client.chat.completions.create(PARAMS));
      expect(span.attributes["gen_ai.provider.name"]).toBe("openai");
      expect(Object.keys(span.attributes).filter((name) => /litellm|provenance/.test(name))).toEqual([]);
    });

    it("leaves the answer and its headers unchanged", async () => {
      await run(json(COMPLETION, { headers: PRICED }), async (client) => {
        const { data, response } = await client.chat.completions.create(PARAMS).withResponse();
        expect(data).toMatchObject({ id: "c1", model: "my-alias" });
        expect(response.headers.get("x-litellm-call-id")).toBe("call-1");
      });
      await run(json(COMPLETION, { headers: PRICED }), async (client) => {
        const raw = await client.chat.completions.create(PARAMS).asResponse();
        expect(await raw.json()).toMatchObject({ id: "c1" });
      });
    });
  },
);

describe.each(["anthropic-0.30", "anthropic-0.133", "anthropic-0.134", "anthropic-1"])(
  "%s at a LiteLLM proxy",
  (folder) => {
    it("records the proxy's facts and price", async () => {
      const sdk = load(folder, "@anthropic-ai/sdk") as unknown as {
        Anthropic: new (options: object) => { messages: { create(params: object): Promise<unknown> } };
      };
      const message = {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "my-alias",
        content: [{ type: "text", text: "Hi" }],
        stop_reason: "end_turn",
        usage: { input_tokens: 10, output_tokens: 2 },
      };
      const { span } = await spanOf(
        new AnthropicInstrumentation(),
        sdk,
        json(message, { headers: PRICED }),
        async (options) => new sdk.Anthropic(options).messages.create({ ...PARAMS, max_tokens: 10 }),
      );
      expect(span.attributes).toMatchObject({
        "gen_ai.provider.name": "litellm",
        "kit.provenance": "litellm_proxy",
        "kit.litellm.call_id": "call-1",
        "kit.cost.usd": 0.25,
      });
    });
  },
);
