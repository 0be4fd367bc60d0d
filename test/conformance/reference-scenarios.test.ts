import type OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { completion, streamedCompletion } from "../support/provider/openai-answers.js";
import { json, type Reply } from "../support/provider-server.js";
import { run } from "./openai-run.js";

// The calls that the conformance runs of the conventions make, with their inputs, so that results can be compared.
const MODEL = "gpt-4o-mini";
const SYSTEM = { role: "system" as const, content: "You are a helpful assistant." };
const TEST = { role: "user" as const, content: "Say this is a test" };
const WEATHER = { role: "user" as const, content: "What is the weather in Seattle?" };
const SAMPLING = {
  max_tokens: 50,
  temperature: 0.5,
  top_p: 0.9,
  stop: ["END"],
  seed: 42,
  frequency_penalty: 0.1,
  presence_penalty: 0.2,
};
const TOOL = {
  type: "function" as const,
  function: {
    name: "get_current_weather",
    parameters: { type: "object", properties: { location: { type: "string" } } },
  },
};
const CALL = {
  id: "call_1",
  type: "function" as const,
  function: { name: "get_current_weather", arguments: '{"location":"Seattle"}' },
};

const CHAT = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": MODEL,
  "gen_ai.response.id": "chatcmpl-1",
  "gen_ai.response.model": "gpt-test-1",
  "gen_ai.response.finish_reasons": ["stop"],
  "gen_ai.usage.input_tokens": 9,
  "gen_ai.usage.output_tokens": 3,
  "openai.api.type": "chat_completions",
  "server.address": "127.0.0.1",
  "server.port": expect.any(Number),
};
const SAMPLED = {
  "gen_ai.request.max_tokens": 50,
  "gen_ai.request.temperature": 0.5,
  "gen_ai.request.top_p": 0.9,
  "gen_ai.request.stop_sequences": ["END"],
  "gen_ai.request.seed": 42,
  "gen_ai.request.frequency_penalty": 0.1,
  "gen_ai.request.presence_penalty": 0.2,
};
const BOUNDED = { "gen_ai.request.max_tokens": 50, "gen_ai.request.temperature": 0.5 };
const messages = (...of: readonly (readonly [role: string, ...parts: readonly object[]])[]) =>
  JSON.stringify(of.map(([role, ...parts]) => ({ role, parts })));
const text = (content: string) => ({ type: "text", content });
const SAID = messages(["assistant", text("Hi!")]);

interface Scenario {
  readonly name: string;
  readonly answers: Reply | readonly Reply[];
  readonly app: (client: OpenAI) => Promise<unknown>;
  /** Everything on each span, in the order in which they end. */
  readonly spans: readonly Readonly<Record<string, unknown>>[];
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: "inference",
    answers: completion(),
    app: (client) => client.chat.completions.create({ model: MODEL, messages: [SYSTEM, TEST], ...SAMPLING }),
    spans: [
      {
        ...CHAT,
        ...SAMPLED,
        "gen_ai.input.messages": messages(["system", text(SYSTEM.content)], ["user", text(TEST.content)]),
        "gen_ai.output.messages": SAID,
      },
    ],
  },
  {
    name: "streaming",
    answers: streamedCompletion(),
    app: async (client) => {
      const stream = await client.chat.completions.create({
        model: MODEL,
        messages: [SYSTEM, TEST],
        ...SAMPLING,
        stream: true,
      });
      for await (const _ of stream);
    },
    spans: [
      {
        ...CHAT,
        ...SAMPLED,
        "gen_ai.request.stream": true,
        "gen_ai.response.time_to_first_chunk": expect.any(Number),
        "gen_ai.input.messages": messages(["system", text(SYSTEM.content)], ["user", text(TEST.content)]),
        "gen_ai.output.messages": SAID,
      },
    ],
  },
  {
    name: "tool_calling",
    answers: [completion({ content: null, tool_calls: [CALL] }, "tool_calls"), completion()],
    app: async (client) => {
      const asked = { model: MODEL, max_tokens: 50, temperature: 0.5, tools: [TOOL] };
      const first = await client.chat.completions.create({ ...asked, messages: [SYSTEM, WEATHER] });
      const [choice] = first.choices;
      if (choice === undefined) throw new Error("no choice");
      const result = {
        role: "tool" as const,
        tool_call_id: CALL.id,
        content: "70 degrees and sunny in Seattle",
      };
      return client.chat.completions.create({
        ...asked,
        messages: [SYSTEM, WEATHER, choice.message, result],
      });
    },
    spans: [
      {
        ...CHAT,
        ...BOUNDED,
        "gen_ai.response.finish_reasons": ["tool_calls"],
        "gen_ai.tool.definitions": '[{"type":"function","name":"get_current_weather"}]',
        "gen_ai.input.messages": messages(["system", text(SYSTEM.content)], ["user", text(WEATHER.content)]),
        "gen_ai.output.messages": expect.stringContaining('"arguments":{"location":"Seattle"}'),
      },
      {
        ...CHAT,
        ...BOUNDED,
        "gen_ai.tool.definitions": '[{"type":"function","name":"get_current_weather"}]',
        "gen_ai.input.messages": expect.stringContaining('"response":"70 degrees and sunny in Seattle"'),
        "gen_ai.output.messages": SAID,
      },
    ],
  },
  {
    name: "structured_output",
    answers: completion({ content: '{"temperature":70}' }),
    app: (client) =>
      client.chat.completions.create({
        model: MODEL,
        messages: [WEATHER],
        max_tokens: 50,
        temperature: 0.5,
        response_format: {
          type: "json_schema",
          json_schema: { name: "forecast", schema: { type: "object" } },
        },
      }),
    spans: [
      {
        ...CHAT,
        ...BOUNDED,
        "gen_ai.output.type": "json",
        "gen_ai.input.messages": messages(["user", text(WEATHER.content)]),
        "gen_ai.output.messages": messages(["assistant", text('{"temperature":70}')]),
      },
    ],
  },
  {
    name: "multimodal",
    answers: completion(),
    app: (client) =>
      client.chat.completions.create({
        model: MODEL,
        max_tokens: 50,
        temperature: 0.5,
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "What is this?" },
              { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
              { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
            ],
          },
        ],
      }),
    spans: [
      {
        ...CHAT,
        ...BOUNDED,
        "gen_ai.input.messages": messages([
          "user",
          text("What is this?"),
          { type: "blob", modality: "image", content: "iVBORw0KGgo=", mime_type: "image/png" },
          { type: "blob", modality: "audio", content: "UklGRg==", mime_type: "audio/wav" },
        ]),
        "gen_ai.output.messages": SAID,
      },
    ],
  },
  {
    name: "embeddings",
    answers: json({
      object: "list",
      model: "text-embedding-3-small",
      data: [0, 1].map((index) => ({
        object: "embedding",
        index,
        embedding: Array.from({ length: 256 }, () => 0.5),
      })),
      usage: { prompt_tokens: 4, total_tokens: 4 },
    }),
    app: (client) =>
      client.embeddings.create({
        model: "text-embedding-3-small",
        input: ["one", "two"],
        encoding_format: "float",
        dimensions: 256,
      }),
    spans: [
      {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "text-embedding-3-small",
        "gen_ai.request.encoding_formats": ["float"],
        "gen_ai.embeddings.dimension.count": 256,
        "gen_ai.response.model": "text-embedding-3-small",
        "gen_ai.usage.input_tokens": 4,
        "server.address": "127.0.0.1",
        "server.port": expect.any(Number),
      },
    ],
  },
  {
    name: "prompt_template",
    answers: json({
      id: "resp_1",
      model: "gpt-test-1",
      status: "completed",
      output: [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "Hi!" }] }],
      prompt: { id: "pmpt_weather", version: "3", variables: { city: "Seattle" } },
      usage: { input_tokens: 9, output_tokens: 3 },
    }),
    app: (client) =>
      client.responses.create({
        model: MODEL,
        prompt: { id: "pmpt_weather", version: "3", variables: { city: "Seattle" } },
      }),
    spans: [
      {
        ...CHAT,
        "gen_ai.response.id": "resp_1",
        "openai.api.type": "responses",
        "gen_ai.prompt.name": "pmpt_weather",
        "gen_ai.prompt.version": "3",
        "gen_ai.prompt.variable.city": "Seattle",
        "gen_ai.output.messages": SAID,
      },
    ],
  },
];

describe("the reference scenarios of the conventions, openai", () => {
  it.each(SCENARIOS)("$name", async ({ answers, app, spans }) => {
    const capture = "SPAN_AND_EVENT";
    const recorded = await run(answers, app, { capture, config: { captureMessageContent: capture } });
    expect(recorded.spans.map(({ attributes }) => withoutCost(attributes))).toEqual(spans.map(withoutCost));
  });
});

/** Prices change with the package that knows them. */
function withoutCost({ "kit.cost.usd": _, ...attributes }: Readonly<Record<string, unknown>>) {
  return attributes;
}

describe("retrieval", () => {
  const found = { file_id: "file_1", filename: "rain.md", score: 0.9, attributes: {}, content: [] };
  const page = json({ object: "list", data: [found], has_more: false, next_page: null });
  const query = { query: ["rain", "Oslo"], max_num_results: 3 };

  it("is a search of a vector store, whose page and items stay the application's", async () => {
    const { onlySpan } = await run(page, async (client) => {
      const items: unknown[] = [];
      for await (const item of client.vectorStores.search("vs_1", query)) items.push(item);
      expect(items).toEqual([found]);
    });
    const { name, attributes } = onlySpan();
    expect(name).toBe("retrieval vs_1");
    expect(attributes).toMatchObject({
      "gen_ai.operation.name": "retrieval",
      "gen_ai.provider.name": "openai",
      "gen_ai.data_source.id": "vs_1",
      "gen_ai.retrieval.top_k": 3,
    });
    expect(JSON.stringify(attributes)).not.toMatch(/rain|Oslo/);
  });

  it("tells query and documents where content is wanted", async () => {
    const { onlySpan } = await run(page, (client) => client.vectorStores.search("vs_1", query), {
      config: { captureMessageContent: true },
      capture: "SPAN_ONLY",
    });
    const { attributes } = onlySpan();
    expect(attributes["gen_ai.retrieval.query.text"]).toBe("rain\nOslo");
    expect(JSON.parse(String(attributes["gen_ai.retrieval.documents"]))).toMatchObject([
      { id: "file_1", score: 0.9, filename: "rain.md" },
    ]);
  });
});
