import { createRequire } from "node:module";
import { OpenAIInstrumentation } from "@kit/instrumentation-openai";
import type OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { messageBody } from "../support/provider/anthropic-answers.js";
import { type Answers, event, json, ProviderServer, script } from "../support/provider-server.js";
import { type FinishedTelemetry, Telemetry, type TelemetryOptions } from "../support/telemetry.js";
import { run as runAnthropic } from "./anthropic-run.js";

const messages = [{ role: "user" as const, content: "A secret question" }];
const HEAD = { id: "chatcmpl-1", model: "gpt-4o-mini-2024-07-18" };
const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const COMPLETION = {
  ...HEAD,
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: USAGE,
};
const VERSIONS = ["openai-4.19", "openai-4", "openai-5", "openai-6", "openai-7"] as const;

async function run(
  version: (typeof VERSIONS)[number],
  answers: Answers,
  app: (client: OpenAI) => Promise<unknown>,
  options?: TelemetryOptions,
): Promise<FinishedTelemetry> {
  const require = createRequire(new URL(`../../matrix/${version}/package.json`, import.meta.url));
  const sdk = require("openai") as { OpenAI: new (options: object) => OpenAI };
  const provider = await ProviderServer.start();
  const telemetry = new Telemetry(options);
  const instrumentation = telemetry.observe(new OpenAIInstrumentation());
  instrumentation.manuallyInstrument(sdk);
  try {
    const baseURL = provider.serve("/openai", answers);
    await app(new sdk.OpenAI({ apiKey: "sk-test", baseURL, maxRetries: 0 }));
    return await telemetry.finish();
  } finally {
    instrumentation.disable();
    await provider.close();
  }
}

describe.each(VERSIONS)("a request made with post() of %s", (version) => {
  it("is a call like that of the method for its path", async () => {
    const { onlySpan } = await run(version, json(COMPLETION), async (client) => {
      const body = { model: "gpt-4o-mini", temperature: 0, messages };
      expect(await client.post("/chat/completions", { body })).toMatchObject(COMPLETION);
    });
    expect(onlySpan().name).toBe("chat gpt-4o-mini");
    expect(onlySpan().attributes).toMatchObject({
      "gen_ai.provider.name": "openai",
      "gen_ai.request.temperature": 0,
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.usage.input_tokens": 3,
      "openai.api.type": "chat_completions",
      "server.address": "127.0.0.1",
    });
  });

  it("may be streamed", async () => {
    const frames = [
      { ...HEAD, choices: [{ index: 0, delta: { content: "Hello" }, finish_reason: "stop" }] },
      { ...HEAD, choices: [], usage: USAGE },
    ];
    const answer = script([...frames.map(event), event("[DONE]")]);
    const { onlySpan } = await run(version, answer, async (client) => {
      const body = { model: "gpt-4o-mini", messages, stream: true };
      const stream = await client.post<AsyncIterable<unknown>>("/chat/completions", { body, stream: true });
      let count = 0;
      for await (const _ of stream) count += 1;
      expect(count).toBe(2);
    });
    expect(onlySpan().attributes).toMatchObject({
      "gen_ai.request.stream": true,
      "gen_ai.usage.output_tokens": 2,
    });
  });

  it("tells no content when it fails", async () => {
    const refusal = json({ error: { message: `No: ${messages[0]?.content}`, code: "bad" } }, { status: 400 });
    const { onlySpan } = await run(version, refusal, async (client) => {
      const body = { model: "gpt-4o-mini", messages };
      await expect(client.post("/chat/completions", { body })).rejects.toMatchObject({ status: 400 });
    });
    expect(onlySpan().attributes["error.type"]).toBe("400");
    expect(JSON.stringify([onlySpan().status, onlySpan().attributes])).not.toContain("secret");
  });

  it("leaves no span for other paths, without a body to read, or beside that of a method", async () => {
    const { spans } = await run(version, json(COMPLETION), async (client) => {
      await client.post("/fine_tuning/jobs", { body: { model: "gpt-4o-mini" } });
      await client.post("/chat/completions");
      await client.post("/chat/completions", Promise.resolve({ body: { model: "late" } }) as never);
      await client.get("/chat/completions");
      await client.chat.completions.create({ model: "counted", messages });
    });
    expect(spans.map(({ name }) => name)).toEqual(["chat counted"]);
  });
});

it("fails as without the kit where path or body cannot be read", async () => {
  const odd = () => {
    throw new Error("cannot be read");
  };
  const { spans } = await run("openai-6", json(COMPLETION), async (client) => {
    const rejected = [
      client.post({ toString: odd } as never, { body: {} }),
      client.post("/chat/completions", Object.defineProperty({}, "body", { get: odd, enumerable: true })),
    ];
    for (const promise of rejected) await expect(promise).rejects.toThrow("cannot be read");
  });
  expect(spans).toEqual([]);
});

it("covers the other operations by their paths", async () => {
  const paths = ["/responses", "/completions", "/embeddings", "/moderations", "/images/generations"];
  const { spans } = await run(
    "openai-6",
    json({}),
    async (client) => {
      for (const path of paths) await client.post(path, { body: { model: "m", input: "hi" } });
    },
    { except: ["missing_expected"] },
  );
  expect(spans.map(({ name }) => name)).toEqual([
    "chat m",
    "text_completion m",
    "embeddings m",
    "moderation m",
    "image_generation m",
  ]);
});

describe.each(["anthropic-0.30", "anthropic-0.133", "anthropic-0.134", "anthropic-1"])(
  "a request made with post() of %s",
  (version) => {
    it.each([true, false])("is one call, global provider: %s", async (global) => {
      const answer = json(messageBody([{ type: "text", text: "Hi" }], "end_turn"));
      const { spans } = await runAnthropic(
        answer,
        async (client) => {
          const body = { model: "claude-test-1", max_tokens: 5, messages };
          await client.post("/v1/messages", { body });
          await client.post("/v1/messages?beta=true", { body });
          await client.messages.create({ ...body, max_tokens: 6 });
        },
        { folder: `matrix/${version}`, global },
      );
      expect(spans.map(({ name, attributes }) => [name, attributes["gen_ai.request.max_tokens"]])).toEqual([
        ["chat claude-test-1", 5],
        ["chat claude-test-1", 5],
        ["chat claude-test-1", 6],
      ]);
    });
  },
);

it.each(["openai-6", "openai-7"] as const)(
  "a count of %s is one span, by its method and by post()",
  async (version) => {
    const { spans } = await run(
      version,
      json({ object: "response.input_tokens", input_tokens: 7 }),
      async (client) => {
        const body = { model: "gpt-5", input: "A secret question" };
        expect(await client.responses.inputTokens.count(body)).toMatchObject({ input_tokens: 7 });
        await client.post("/responses/input_tokens", { body });
      },
    );
    expect(spans.map(({ name, attributes }) => [name, attributes["kit.count_tokens.input_tokens"]])).toEqual([
      ["count_tokens gpt-5", 7],
      ["count_tokens gpt-5", 7],
    ]);
  },
);
