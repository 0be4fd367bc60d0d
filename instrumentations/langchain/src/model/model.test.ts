import { describe, expect, it } from "vitest";
import { type AskedModel, joinResponses, readModelEndpoint, readRequest, readResponse } from "./model.js";
import { toProvider } from "./providers.js";

/** What integrations tell callbacks of the parameters of a call, as they name them. */
const PARAMS = {
  openai: {
    model: "gpt-4o-mini",
    temperature: 0,
    top_p: 0.5,
    frequency_penalty: 0.1,
    presence_penalty: 0.2,
    max_completion_tokens: 100,
    n: 2,
    seed: 7,
    stop: ["END"],
    response_format: { type: "json_schema" },
    reasoning_effort: "low",
  },
  anthropic: { model: "claude-sonnet-4-5", max_tokens: 100, top_k: 5, stop_sequences: ["END"] },
  bedrock: {
    modelId: "anthropic.claude-3-haiku",
    inferenceConfig: { maxTokens: 100, temperature: 0, topP: 0.5, stopSequences: ["END"] },
  },
  google: { model: "gemini-2.5-flash", generationConfig: { maxOutputTokens: 100, topK: 5 } },
  ollama: { model: "llama3.1", format: "json", options: { num_predict: 100, top_k: 5, seed: 7 } },
};

/** Reads a request of which only this is known. */
function requestOf(asked: Partial<AskedModel>) {
  const nothing = { extra: undefined, metadata: undefined, className: undefined, members: undefined };
  return readRequest({ operation: "chat", input: [], ...nothing, ...asked });
}

describe("a request", () => {
  it.each([
    [
      "openai",
      {
        model: "gpt-4o-mini",
        temperature: 0,
        topP: 0.5,
        frequencyPenalty: 0.1,
        presencePenalty: 0.2,
        maxTokens: 100,
        choiceCount: 2,
        seed: 7,
        stopSequences: ["END"],
        outputType: "json",
        reasoningLevel: "low",
      },
    ],
    ["anthropic", { model: "claude-sonnet-4-5", maxTokens: 100, topK: 5, stopSequences: ["END"] }],
    [
      "bedrock",
      {
        model: "anthropic.claude-3-haiku",
        maxTokens: 100,
        temperature: 0,
        topP: 0.5,
        stopSequences: ["END"],
      },
    ],
    ["google", { model: "gemini-2.5-flash", maxTokens: 100, topK: 5 }],
    ["ollama", { model: "llama3.1", maxTokens: 100, topK: 5, seed: 7, outputType: "json" }],
  ] as const)("is read from the parameters of %s", (name, facts) => {
    const request = requestOf({ extra: { invocation_params: PARAMS[name] } });
    const { operation, content, ...read } = request;
    expect(operation).toBe("chat");
    expect(Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))).toEqual(
      facts,
    );
  });

  it("reads from the library's metadata what the parameters lack", () => {
    const metadata = { ls_model_name: "toy", ls_temperature: 0, ls_max_tokens: 0, ls_stop: ["END"] };
    expect(requestOf({ extra: {}, metadata })).toMatchObject({
      model: "toy",
      temperature: 0,
      maxTokens: 0,
      stopSequences: ["END"],
    });
    expect(requestOf({ members: { modelName: "toy" } }).model).toBe("toy");
  });

  it.each([
    [{ response_format: { type: "text" } }, "text"],
    [{ response_format: { type: "json_schema" } }, "json"],
    [{ format: { type: "object", properties: {} } }, "json"],
    [{ generationConfig: { responseMimeType: "application/json" } }, "json"],
    [{ text: { format: { type: "json_schema" } } }, "json"],
    [{ text: { format: { type: "text" } } }, "text"],
  ])("reads the output type from %j", (invocation_params, outputType) => {
    expect(requestOf({ extra: { invocation_params } }).outputType).toBe(outputType);
  });

  it("ignores an empty list of stop sequences", () => {
    const extra = { invocation_params: { stopSequences: [] } };
    expect(requestOf({ extra }).stopSequences).toBeUndefined();
  });

  it("reads tools in the formats of the providers", () => {
    const tools = [
      { type: "function", function: { name: "a", description: "tells", parameters: { type: "object" } } },
      { name: "b", input_schema: { type: "object" } },
      { toolSpec: { name: "c", inputSchema: {} } },
      { type: "web_search_preview" },
      { functionDeclarations: [{ name: "d", description: "tells", parameters: {} }, { name: "e" }] },
    ];
    const request = requestOf({ extra: { invocation_params: { tools } }, input: "Hi" });
    expect(request.content?.()).toEqual({
      inputMessages: [{ role: "user", parts: [{ type: "text", content: "Hi" }] }],
      toolDefinitions: [
        { type: "function", name: "a", description: "tells", parameters: { type: "object" } },
        { type: "function", name: "b", parameters: { type: "object" } },
        { type: "function", name: "c", parameters: {} },
        { type: "web_search_preview", name: "web_search_preview" },
        { type: "function", name: "d", description: "tells", parameters: {} },
        { type: "function", name: "e" },
      ],
    });
  });
});

describe("an answer", () => {
  const message = (fields: object) =>
    readResponse({ generations: [[{ text: "Hi", message: fields as object }]] });

  it("counts cached tokens once, whether or not the integration includes them in the input", () => {
    const usage = (input: number) =>
      message({
        usage_metadata: {
          input_tokens: input,
          output_tokens: 5,
          input_token_details: { cache_read: 30, cache_creation: 20 },
        },
      }).usage;
    expect(usage(60)).toMatchObject({ input: 60, output: 5, cacheRead: 30, cacheWrite: 20 });
    expect(usage(10)).toMatchObject({ input: 60, output: 5, cacheRead: 30, cacheWrite: 20 });
  });

  it("counts tokens that only the total includes: cached input, or Gemini's thoughts", () => {
    const usage = (total: number, details?: object) =>
      message({
        usage_metadata: {
          input_tokens: 60,
          output_tokens: 5,
          total_tokens: total,
          input_token_details: details,
        },
      }).usage;
    expect(usage(65)).toMatchObject({ input: 60, output: 5 });
    expect(usage(72)).toMatchObject({ input: 60, output: 12 });
    expect(usage(75, { cache_read: 10 })).toMatchObject({ input: 70, output: 5 });
    expect(usage(0)).toMatchObject({ input: 60, output: 5 });
  });

  it("counts what is neither input nor output as thoughts, unless those are in the output already", () => {
    const usage = (reasoning: number) =>
      message({
        usage_metadata: {
          input_tokens: 60,
          output_tokens: 15,
          total_tokens: 85,
          output_token_details: { reasoning },
        },
      }).usage;
    // As xAI reports them.
    expect(usage(10)).toMatchObject({ input: 60, output: 25, reasoning: 10 });
    // As Gemini reports the prompts of tools that it ran.
    expect(usage(5)).toMatchObject({ input: 70, output: 15, reasoning: 5 });
    expect(usage(0)).toMatchObject({ input: 70, output: 15, reasoning: 0 });
  });

  it("counts cached tokens once that every piece of a stream told", () => {
    const usage_metadata = {
      input_tokens: 60,
      output_tokens: 5,
      total_tokens: 72,
      input_token_details: { cache_read: 80 },
    };
    const read = readResponse({ generations: [[{ message: { usage_metadata } }]] }, 40);
    expect(read.usage).toMatchObject({ input: 60, output: 12, cacheRead: 40 });
  });

  it.each([
    [{ additional_kwargs: { stop_reason: "end_turn" } }, "end_turn"],
    [{ response_metadata: { object: "response", status: "completed" } }, "stop"],
    [{ response_metadata: { object: "response", status: "completed" }, tool_calls: [{}] }, "tool_calls"],
    [
      {
        response_metadata: {
          object: "response",
          status: "incomplete",
          incomplete_details: { reason: "max_output_tokens" },
        },
      },
      "length",
    ],
    [{ response_metadata: { object: "response", status: "incomplete" } }, "content_filter"],
    [{ response_metadata: { object: "response", status: "failed" } }, "error"],
  ])("reads the finish reason from %j", (fields, reason) => {
    expect(message(fields).finishReasons).toEqual([reason]);
  });

  it("reads no finish reason from a status that is not OpenAI's", () => {
    expect(message({ response_metadata: { status: "completed" } }).finishReasons).toBeUndefined();
  });

  it("reads the service tier and other terms, of OpenAI's answers and in Anthropic's usage", () => {
    const usage_metadata = { input_tokens: 1, output_tokens: 1 };
    const termsIn = (response_metadata: object) =>
      message({ usage_metadata, response_metadata }).usage?.terms?.filter((term) => term != null);
    expect(termsIn({ service_tier: "flex" })).toEqual(["flex"]);
    const own = { service_tier: "batch", speed: "fast", inference_geo: "us" };
    expect(termsIn({ usage: own })).toEqual(["batch", "fast", "us"]);
    expect(termsIn({})).toEqual([]);
  });

  it("reads the usage of older integrations", () => {
    expect(
      readResponse({
        generations: [[{ text: "Hi" }]],
        llmOutput: { tokenUsage: { promptTokens: 3, completionTokens: 0 } },
      }).usage,
    ).toMatchObject({ input: 3, output: 0 });
    expect(readResponse({ generations: [[{ text: "Hi" }]] }).usage).toBeUndefined();
  });

  it.each([
    [{ finish_reason: "stop", model_name: "gpt-4o-mini-2024" }, "stop", "gpt-4o-mini-2024"],
    [{ stop_reason: "end_turn", model: "claude" }, "end_turn", "claude"],
    [{ stopReason: "max_tokens" }, "max_tokens", undefined],
    [{ finishReason: "STOP" }, "STOP", undefined],
    [{ done_reason: "length", model: "llama3.1" }, "length", "llama3.1"],
  ])("reads finish reason and model in the format of each provider: %o", (told, reason, model) => {
    const read = message({ response_metadata: told });
    expect(read.finishReasons).toEqual([reason]);
    expect(read.model).toBe(model);
  });

  it("ignores ids that the library made itself", () => {
    expect(message({ id: "chatcmpl-1" }).id).toBe("chatcmpl-1");
    expect(message({ id: "run-0199" }).id).toBeUndefined();
    expect(message({ id: "lc_run--0199" }).id).toBeUndefined();
    expect(message({ id: "run-0199", response_metadata: { id: "resp_1" } }).id).toBe("resp_1");
  });

  it("reads no finish reasons if there are none, and accepts an answer without generations", () => {
    expect(message({}).finishReasons).toBeUndefined();
    expect(readResponse({}).finishReasons).toBeUndefined();
    expect(readResponse({ generations: [[undefined]] }).content?.()).toEqual({ outputMessages: [] });
  });

  it("prefers what the client knows to what the library knows", () => {
    const ours = { id: "a", usage: { input: 1 }, finishReasons: ["stop"] };
    expect(joinResponses(ours, undefined)).toBe(ours);
    expect(joinResponses(ours, { id: "b", model: "m", usage: undefined })).toEqual({
      ...ours,
      id: "b",
      model: "m",
    });
  });
});

it.each([
  [{ baseUrl: "http://127.0.0.1:11434" }, "127.0.0.1", 11434],
  [{ clientConfig: { baseURL: "https://api.openai.com/v1" } }, "api.openai.com", 443],
  [{ anthropicApiUrl: "https://api.anthropic.com" }, "api.anthropic.com", 443],
  [{}, undefined, undefined],
  [undefined, undefined, undefined],
])("reads the server's address from %o", (model, address, port) => {
  expect(readModelEndpoint(model)).toMatchObject({ address, port });
});

it.each([
  ["openai", "ChatOpenAI", "openai"],
  ["azure", "AzureChatOpenAI", "azure.ai.openai"],
  ["amazon_bedrock", "ChatBedrockConverse", "aws.bedrock"],
  ["google_genai", "ChatGoogleGenerativeAI", "gcp.gemini"],
  ["mistral", "ChatMistralAI", "mistral_ai"],
  ["xai", "ChatXAI", "x_ai"],
  ["ollama", "ChatOllama", "ollama"],
  [undefined, "FakeListChatModel", "fakelistchatmodel"],
])("names the provider %s of %s", (told, className, provider) => {
  expect(toProvider(told, className)).toBe(provider);
});
