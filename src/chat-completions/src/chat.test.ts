import type { Fold, Usage } from "@kit/genai";
import { describe, expect, it } from "vitest";
import { chat } from "./chat.js";
import { type ChatCompletion, type ChatCompletionChunk, foldChat } from "./fold.js";
import type { CompletionUsage } from "./usage.js";

describe("the request", () => {
  it("tells every parameter, and zero and false are values", () => {
    const facts = chat.request({
      model: "gpt-4o",
      messages: [],
      temperature: 0,
      top_p: 0,
      frequency_penalty: 0,
      presence_penalty: 0,
      seed: 0,
      n: 1,
      stop: "END",
      max_tokens: 5,
      stream: false,
    });
    expect(facts).toMatchObject({
      operation: "chat",
      model: "gpt-4o",
      temperature: 0,
      topP: 0,
      frequencyPenalty: 0,
      presencePenalty: 0,
      seed: 0,
      choiceCount: 1,
      stopSequences: "END",
      maxTokens: 5,
      stream: false,
    });
  });

  it("has a reasoning level in OpenAI's form and in OpenRouter's", () => {
    expect(chat.request({ reasoning_effort: "low" }).reasoningLevel).toBe("low");
    expect(chat.request({ reasoning: { effort: "high" } }).reasoningLevel).toBe("high");
    expect(chat.request({ reasoning: { max_tokens: 9 } }).reasoningLevel).toBeUndefined();
  });

  it("prefers the newer name of the token limit", () => {
    expect(chat.request({ max_tokens: 1, max_completion_tokens: 2 }).maxTokens).toBe(2);
  });

  it.each([
    [{ response_format: { type: "json_schema" } }, "json"],
    [{ response_format: { type: "json_object" } }, "json"],
    [{ response_format: { type: "text" } }, "text"],
    [{ modalities: ["text", "audio"] }, "speech"],
    [{}, undefined],
  ])("reads the output type of %j", (params, type) => {
    expect(chat.request(params as never).outputType).toBe(type);
  });
});

describe("messages", () => {
  const read = (message: object) => chat.request({ messages: [message] }).content?.().inputMessages?.[0];

  it("of the user may mix text, images, sound and files", () => {
    const content = [
      { type: "text", text: "look" },
      { type: "image_url", image_url: { url: "https://example.com/a.png" } },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      { type: "input_audio", input_audio: { data: "BBBB", format: "wav" } },
      { type: "file", file: { file_id: "file-1" } },
      { type: "file", file: { file_data: "data:application/pdf;base64,CCCC" } },
      { type: "file", file: { file_data: "DDDD", filename: "plain.pdf" } },
      { type: "hologram", size: 3 },
    ];
    expect(read({ role: "user", name: "ada", content })).toEqual({
      role: "user",
      name: "ada",
      parts: [
        { type: "text", content: "look" },
        { type: "uri", modality: "image", uri: "https://example.com/a.png" },
        { type: "blob", modality: "image", content: "AAAA", mime_type: "image/png" },
        { type: "blob", modality: "audio", content: "BBBB", mime_type: "audio/wav" },
        { type: "file", modality: "document", file_id: "file-1" },
        { type: "blob", modality: "document", content: "CCCC", mime_type: "application/pdf" },
        { type: "blob", modality: "document", content: "DDDD" },
        { type: "x_hologram", size: 3 },
      ],
    });
  });

  it("of the assistant carry thinking, text, refusal and calls", () => {
    const message = {
      role: "assistant",
      reasoning_content: "hm",
      content: "let me see",
      refusal: "no",
      tool_calls: [
        { id: "call_1", type: "function", function: { name: "f", arguments: '{"a":1}' } },
        { id: "call_2", type: "function", function: { name: "f", arguments: "{broken" } },
        { id: "call_3", type: "custom", custom: { name: "shell", input: "ls" } },
      ],
    };
    expect(read(message)?.parts).toEqual([
      { type: "reasoning", content: "hm" },
      { type: "text", content: "let me see" },
      { type: "refusal", content: "no" },
      { type: "tool_call", id: "call_1", name: "f", arguments: { a: 1 } },
      { type: "tool_call", id: "call_2", name: "f", arguments: "{broken" },
      { type: "tool_call", id: "call_3", name: "shell", arguments: "ls" },
    ]);
  });

  it("of the assistant carry thinking under either name, where the other is empty", () => {
    for (const message of [
      { reasoning_content: "", reasoning: "hm" },
      { reasoning_content: "hm", reasoning: "" },
    ])
      expect(read({ role: "assistant", ...message })?.parts).toEqual([{ type: "reasoning", content: "hm" }]);
  });

  it("of a tool answer its call", () => {
    expect(read({ role: "tool", tool_call_id: "call_1", content: "70 degrees" })).toEqual({
      role: "tool",
      parts: [{ type: "tool_call_response", id: "call_1", response: "70 degrees" }],
    });
  });

  it("of the system stay in the history", () => {
    const content = chat.request({ messages: [{ role: "system", content: "be kind" }] }).content?.();
    expect(content?.systemInstructions).toBeUndefined();
    expect(content?.inputMessages).toEqual([
      { role: "system", parts: [{ type: "text", content: "be kind" }] },
    ]);
  });
});

it("flattens the definitions of tools", () => {
  const tools = [
    { type: "function", function: { name: "f", description: "d", parameters: { type: "object" } } },
    { type: "custom", custom: { name: "c" } },
  ];
  expect(chat.request({ tools, functions: [{ name: "old" }] }).content?.().toolDefinitions).toEqual([
    { type: "function", name: "f", description: "d", parameters: { type: "object" } },
    { type: "custom", name: "c" },
    { type: "function", name: "old" },
  ]);
});

describe("the answer", () => {
  const usage = {
    prompt_tokens: 10,
    completion_tokens: 20,
    prompt_tokens_details: { cached_tokens: 4, audio_tokens: 1 },
    completion_tokens_details: { reasoning_tokens: 8, audio_tokens: 2 },
  };

  it("tells ids, reasons and usage", () => {
    const facts = chat.response?.(
      {
        id: "c1",
        model: "gpt-4o-2024-08-06",
        choices: [{ finish_reason: "stop" }, { finish_reason: null }],
        usage,
      },
      { operation: "chat" },
    );
    expect(facts).toMatchObject({
      id: "c1",
      model: "gpt-4o-2024-08-06",
      finishReasons: ["stop", null],
      usage: { input: 10, output: 20, cacheRead: 4, reasoning: 8, audioInput: 1, audioOutput: 2 },
    });
  });

  it("knows the cache counters and costs of compatible providers", () => {
    const body = { choices: [], usage: { prompt_tokens: 10, prompt_cache_hit_tokens: 6, cost: 0.25 } };
    expect(chat.response?.(body, { operation: "chat" }).usage).toMatchObject({ cacheRead: 6, costUsd: 0.25 });
  });

  it.each<[string, CompletionUsage, Usage]>([
    ["Moonshot's cached tokens", { prompt_tokens: 9, cached_tokens: 4 }, { input: 9, cacheRead: 4 }],
    [
      "SGLang's reasoning, told beside",
      { completion_tokens: 9, reasoning_tokens: 4 },
      { output: 9, reasoning: 4 },
    ],
    [
      "no reasoning beyond the output",
      { completion_tokens: 3, reasoning_tokens: 4 },
      { reasoning: undefined },
    ],
    ["Perplexity's list of costs", { prompt_tokens: 9, cost: { total_cost: 0.5 } }, { costUsd: 0.5 }],
    [
      "xAI's reasoning, which is not in its completion tokens",
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 115,
        completion_tokens_details: { reasoning_tokens: 100 },
      },
      { input: 10, output: 105, reasoning: 100 },
    ],
    [
      "reasoning that the total has once only",
      {
        prompt_tokens: 10,
        completion_tokens: 105,
        total_tokens: 115,
        completion_tokens_details: { reasoning_tokens: 100 },
      },
      { output: 105, reasoning: 100 },
    ],
    [
      "what gateways to Anthropic wrote to the cache",
      { prompt_tokens: 9, cache_creation_input_tokens: 4 },
      { input: 9, cacheWrite: 4 },
    ],
    [
      "the same by LiteLLM's name",
      { prompt_tokens: 9, prompt_tokens_details: { cache_creation_tokens: 4 } },
      { input: 9, cacheWrite: 4 },
    ],
    [
      "OpenRouter's own count of reasoning, larger than all output and so no part of it",
      { prompt_tokens: 15, completion_tokens: 220, completion_tokens_details: { reasoning_tokens: 238 } },
      { output: 220, reasoning: undefined },
    ],
    [
      "cached tokens that the input leaves out, and that are no part of it",
      { prompt_tokens: 3, cached_tokens: 40 },
      { input: 3, cacheRead: undefined },
    ],
  ])("knows %s", (_, usage, read) => {
    expect(chat.response?.({ choices: [], usage }, { operation: "chat" }).usage).toMatchObject(read);
  });

  it("has failed when it is an error in spite of its status", () => {
    const failure = (error: object) => chat.response?.({ error }, { operation: "chat" }).error;
    expect(failure({ code: 429, message: "slow" })).toEqual({ type: "429", message: "slow" });
    expect(failure({})).toEqual({ type: "_OTHER", message: undefined });
    expect(failure({ type: "overloaded", code: null })).toEqual({ type: "overloaded", message: undefined });
    expect(chat.response?.({ error: null, choices: [] }, { operation: "chat" }).error).toBeUndefined();
  });

  it.each([
    ["Mistral's", { type: "thinking", thinking: [{ text: "h" }, { text: "m" }] }],
    ["Databricks'", { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] }],
  ])("reads %s thinking and OpenRouter's pictures", (_, thinking) => {
    const picture = { type: "image_url", image_url: { url: "data:image/png;base64,AA" } };
    const message = { content: [thinking, { type: "text", text: "hi" }], images: [picture] };
    const facts = chat.response?.({ choices: [{ message }] }, { operation: "chat" });
    expect(facts?.content?.().outputMessages?.[0]?.parts).toEqual([
      { type: "reasoning", content: "hm" },
      { type: "text", content: "hi" },
      { type: "blob", modality: "image", content: "AA", mime_type: "image/png" },
    ]);
  });

  it("names its sources", () => {
    const annotations = [{ type: "url_citation", url_citation: { url: "https://example.com", title: "T" } }];
    const choices = [
      { message: { content: "hi", annotations } },
      { message: { content: "x", annotations: [] } },
    ];
    const told = chat.response?.({ choices }, { operation: "chat" })?.content?.().outputMessages;
    expect(told?.map(({ parts }) => parts)).toEqual([
      [
        { type: "text", content: "hi" },
        { type: "citations", citations: annotations },
      ],
      [{ type: "text", content: "x" }],
    ]);
  });

  it("names the sources that Perplexity and xAI tell beside it, also of a stream", () => {
    const citations = ["https://a.example", "https://b.example"];
    const told = (fold: Fold<ChatCompletionChunk, ChatCompletion>) => {
      fold.add({ citations: citations.slice(0, 1), choices: [{ delta: { content: "hi" } }] });
      fold.add({ citations, choices: [] });
      const { content } = chat.response?.(fold.body(), { operation: "chat" }) ?? {};
      return content?.().outputMessages?.[0]?.parts;
    };
    expect(told(foldChat(true))).toEqual([
      { type: "text", content: "hi" },
      { type: "citations", citations },
    ]);
    expect(told(foldChat(false))).toEqual([]);
  });

  it("names the sources that Perplexity tells as search results alone, also of a stream", () => {
    const found = [{ title: "A", url: "https://a.example", date: "2026-01-01" }];
    const fold = foldChat(true);
    fold.add({ search_results: found, choices: [{ delta: { content: "hi" } }] });
    fold.add({ choices: [] });
    for (const body of [fold.body(), { search_results: found, choices: [{ message: { content: "hi" } }] }]) {
      expect(chat.response?.(body, { operation: "chat" }).content?.().outputMessages?.[0]?.parts).toEqual([
        { type: "text", content: "hi" },
        { type: "citations", citations: found },
      ]);
    }
  });

  it("names the sources in the data that Azure was given, also of a stream", () => {
    const citations = [
      { content: "c", title: "one" },
      { content: "d", title: "two" },
    ];
    const fold = foldChat(true);
    fold.add({ choices: [{ delta: { role: "assistant", context: { citations, intent: "[]" } } }] });
    fold.add({ choices: [{ delta: { content: "hi [doc1]" } }] });
    const whole = { choices: [{ message: { content: "hi [doc1]", context: { citations } } }] };
    for (const body of [whole, fold.body()]) {
      expect(chat.response?.(body, { operation: "chat" }).content?.().outputMessages?.[0]?.parts).toEqual([
        { type: "text", content: "hi [doc1]" },
        { type: "citations", citations },
      ]);
    }
  });

  it("survives a body that has nothing", () => {
    expect(chat.response?.({}, { operation: "chat" }).usage).toBeUndefined();
  });
});

describe("a streamed answer", () => {
  const delta = (value: object, index = 0) => ({ choices: [{ index, delta: value }] });

  function folded(chunks: object[], content = true) {
    const fold = chat.fold?.(content);
    for (const chunk of chunks) fold?.add(chunk);
    const body = fold?.body() ?? {};
    const facts = chat.response?.(body, { operation: "chat" });
    return { facts, messages: facts?.content?.().outputMessages };
  }

  it("puts parallel tool calls back together by index", () => {
    const call = (index: number, more: object) => delta({ tool_calls: [{ index, ...more }] });
    const { messages } = folded([
      call(0, { id: "call_a", function: { name: "f", arguments: "" } }),
      call(1, { id: "call_b", function: { name: "g", arguments: '{"x"' } }),
      call(0, { function: { arguments: '{"y":' } }),
      call(1, { function: { arguments: ":1}" } }),
      call(0, { function: { arguments: "2}" } }),
    ]);
    expect(messages?.[0]?.parts).toEqual([
      { type: "tool_call", id: "call_a", name: "f", arguments: { y: 2 } },
      { type: "tool_call", id: "call_b", name: "g", arguments: { x: 1 } },
    ]);
  });

  it("tells whole calls apart that a compatible provider sends at one index", () => {
    const call = (id: string) =>
      delta({ tool_calls: [{ index: 0, id, function: { name: id, arguments: "{}" } }] });
    expect(folded([call("a"), call("b")]).messages?.[0]?.parts).toHaveLength(2);
  });

  it("keeps choices apart and in order", () => {
    const { facts, messages } = folded([
      delta({ content: "two" }, 1),
      delta({ content: "one" }, 0),
      { choices: [{ index: 1, delta: {}, finish_reason: "length" }] },
    ]);
    expect(facts?.finishReasons).toEqual([null, "length"]);
    expect(messages?.map(({ parts }) => parts[0])).toEqual([
      { type: "text", content: "one" },
      { type: "text", content: "two" },
    ]);
  });

  it("takes the usage from the last chunk that has one, from Groq's place too", () => {
    const { facts } = folded([
      { id: "c1", model: "m", choices: [] },
      { choices: [], x_groq: { usage: { prompt_tokens: 1, completion_tokens: 2 } } },
    ]);
    expect(facts).toMatchObject({ id: "c1", model: "m", usage: { input: 1, output: 2 } });
  });

  it("takes the usage from the choice where Moonshot puts it", () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2 };
    const { facts } = folded([{ choices: [{ index: 0, delta: {}, finish_reason: "stop", usage }] }]);
    expect(facts).toMatchObject({ finishReasons: ["stop"], usage: { input: 1, output: 2 } });
  });

  it("keeps its reason when empty ones come before and after", () => {
    const reasons = ["", "stop", ""].map((finish_reason) => ({ choices: [{ index: 0, finish_reason }] }));
    expect(folded(reasons).facts?.finishReasons).toEqual(["stop"]);
  });

  it("survives an index that no list should have", () => {
    const far = { choices: [{ index: 4_000_000_000, delta: { content: "hi" }, finish_reason: "stop" }] };
    expect(folded([far]).facts?.finishReasons).toEqual(["stop"]);
  });

  it("does not let Azure's empty first chunk hide the id", () => {
    expect(
      folded([
        { id: "c1", model: "m" },
        { id: "", model: "" },
      ]).facts,
    ).toMatchObject({ id: "c1", model: "m" });
  });

  it("keeps no text when content is off", () => {
    const { facts, messages } = folded(
      [delta({ content: "secret", tool_calls: [{ index: 0, id: "x" }] })],
      false,
    );
    expect(JSON.stringify([facts, messages])).not.toContain("secret");
    expect(facts?.finishReasons).toEqual([null]);
  });

  it("joins thinking, refusal, sound and its transcript", () => {
    const { messages } = folded([
      delta({ role: "assistant", reasoning: "h" }),
      delta({ reasoning: "m" }),
      delta({ refusal: "n" }),
      delta({ refusal: "o" }),
      delta({ audio: { id: "a", data: "AA", transcript: "be" } }),
      delta({ audio: { data: "BB", transcript: "ep" } }),
    ]);
    expect(messages?.[0]?.parts).toEqual([
      { type: "reasoning", content: "hm" },
      { type: "refusal", content: "no" },
      { type: "blob", modality: "audio", content: "AABB" },
      { type: "transcript", content: "beep" },
    ]);
  });

  it("puts sound together of which each piece is padded by itself", () => {
    const pieces = ["a", "bc", "def"].map((sound) => Buffer.from(sound).toString("base64"));
    const { messages } = folded(pieces.map((data) => delta({ audio: { data } })));
    const whole = Buffer.from("abcdef").toString("base64");
    expect(messages?.[0]?.parts).toEqual([{ type: "blob", modality: "audio", content: whole }]);
  });

  it("reads the old single function call", () => {
    const { messages } = folded([
      delta({ function_call: { name: "f", arguments: '{"a"' } }),
      delta({ function_call: { arguments: ":1}" } }),
    ]);
    expect(messages?.[0]?.parts).toEqual([{ type: "tool_call", name: "f", arguments: { a: 1 } }]);
  });
});
