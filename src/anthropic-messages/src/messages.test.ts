import type { RequestFacts, ResponseFacts } from "@kit/genai";
import { describe, expect, it } from "vitest";
import type { MessageBody } from "./message-fold.js";
import { messages } from "./messages.js";

const PARAMS = { model: "claude-x", max_tokens: 10, messages: [{ role: "user", content: "Hi" }] };

function request(params: object, options?: object): RequestFacts {
  return messages.request({ ...PARAMS, ...params }, options);
}

function response(body: MessageBody): ResponseFacts {
  return messages.response?.(body, request({})) ?? {};
}

/** Parts of an answer with these blocks. */
function partsOf(...content: object[]) {
  return response({ content }).content?.().outputMessages?.[0]?.parts;
}

/** Messages of a request with these. */
function sent(...history: object[]) {
  return request({ messages: history }).content?.().inputMessages;
}

describe("a request", () => {
  it("passes on what the caller asked for, zero included, and nothing else", () => {
    const facts = request({ temperature: 0, top_k: 0, stop_sequences: [] });
    expect(facts).toMatchObject({
      operation: "chat",
      model: "claude-x",
      maxTokens: 10,
      temperature: 0,
      topK: 0,
    });
    expect(facts.stopSequences).toEqual([]);
    expect([facts.topP, facts.stream, facts.outputType, facts.reasoningLevel]).toEqual(
      Array(4).fill(undefined),
    );
  });

  it.each([
    [{ output_config: { format: { type: "json_schema" }, effort: "high" } }, "json", "high"],
    [{ output_format: { type: "json_schema" } }, "json", undefined],
    [{ output_config: { effort: "low" } }, undefined, "low"],
    [{ output_config: { format: null } }, undefined, undefined],
  ])("with %j wants %s and reasons at %s", (params, outputType, reasoningLevel) => {
    expect(request(params)).toMatchObject({ outputType, reasoningLevel });
  });

  it("tells the conversation and the answer it goes on from", () => {
    const facts = request(
      { thread: { type: "continue", previous_message_id: "msg_0" } },
      { openTelemetry: { conversationId: "conv-1" } },
    );
    expect(facts).toMatchObject({ previousResponseId: "msg_0", conversationId: "conv-1" });
  });

  it("keeps the system's words apart from the history, as a text or as blocks", () => {
    const cached = { type: "text", text: "Be kind.", cache_control: { type: "ephemeral" } };
    for (const system of ["Be kind.", [cached]]) {
      expect(request({ system }).content?.().systemInstructions).toEqual([
        { type: "text", content: "Be kind." },
      ]);
    }
  });

  it("flattens the tools on offer, the provider's own included", () => {
    const tools = [
      { name: "weather", description: "tells it", input_schema: { type: "object" } },
      { type: "custom", name: "clock", input_schema: {} },
      { type: "web_search_20250305", name: "web_search" },
      { type: "mcp_toolset", mcp_server_name: "files" },
      { type: "computer_toolset_20260801" },
    ];
    expect(request({ tools }).content?.().toolDefinitions).toEqual([
      { type: "function", name: "weather", description: "tells it", parameters: { type: "object" } },
      { type: "function", name: "clock", parameters: {} },
      { type: "web_search_20250305", name: "web_search" },
      { type: "mcp_toolset", name: "files" },
      { type: "computer_toolset_20260801", name: "computer_toolset_20260801" },
    ]);
  });

  it("gives tool results the tool's role, unless the user says something with them", () => {
    const result = { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "rain" }] };
    expect(
      sent(
        { role: "user", content: [result] },
        { role: "user", content: [result, { type: "text", text: "?" }] },
      ),
    ).toEqual([
      {
        role: "tool",
        parts: [{ type: "tool_call_response", id: "toolu_1", response: [{ type: "text", content: "rain" }] }],
      },
      {
        role: "user",
        parts: [
          { type: "tool_call_response", id: "toolu_1", response: [{ type: "text", content: "rain" }] },
          { type: "text", content: "?" },
        ],
      },
    ]);
  });

  it("reads images and documents from wherever they come", () => {
    const of = (type: string, source: object) => ({ type, source });
    const content = [
      of("image", { type: "base64", media_type: "image/png", data: "aGk=" }),
      of("image", { type: "url", url: "https://example.org/a.png" }),
      of("document", { type: "file", file_id: "file_1" }),
      of("document", { type: "base64", media_type: "application/pdf", data: "aGk=" }),
      of("document", { type: "text", media_type: "text/plain", data: "plain words" }),
      of("document", { type: "content", content: [{ type: "text", text: "in blocks" }] }),
      { type: "search_result", source: "https://example.org", title: "Found", content: [] },
    ];
    expect(sent({ role: "user", content })?.[0]?.parts).toEqual([
      { type: "blob", modality: "image", content: "aGk=", mime_type: "image/png" },
      { type: "uri", modality: "image", uri: "https://example.org/a.png" },
      { type: "file", modality: "document", file_id: "file_1" },
      { type: "blob", modality: "document", content: "aGk=", mime_type: "application/pdf" },
      { type: "text", content: "plain words" },
      { type: "text", content: "in blocks" },
      { type: "x_search_result", source: "https://example.org", title: "Found", content: [] },
    ]);
  });
});

describe("an answer", () => {
  it("counts all input, of which the cache served and stored a part", () => {
    const usage = {
      input_tokens: 1,
      cache_read_input_tokens: 20,
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
      output_tokens: 9,
      output_tokens_details: { thinking_tokens: 4 },
    };
    expect(response({ usage }).usage).toEqual({
      input: 321,
      output: 9,
      cacheRead: 20,
      cacheWrite: 300,
      cacheWrite1h: 200,
      reasoning: 4,
    });
  });

  it("keeps apart what is billed with it and counted beside it", () => {
    const counts = { input_tokens: 100, output_tokens: 10, cache_read_input_tokens: 5 };
    const iterations = [
      { type: "compaction", ...counts },
      { type: "advisor_message", model: "claude-opus-4-1", ...counts },
      { type: "message", ...counts },
    ];
    const { usage } = response({ usage: { ...counts, iterations } });
    const read = { input: 105, output: 10, cacheRead: 5 };
    expect(usage).toMatchObject(read);
    expect(usage?.aside).toMatchObject([{ usage: read }, { model: "claude-opus-4-1", usage: read }]);
  });

  it("tells under what terms it was served, and what it searched", () => {
    const served = { service_tier: "batch", speed: "fast", inference_geo: "us" };
    const { usage } = response({ usage: { ...served, server_tool_use: { web_search_requests: 2 } } });
    expect(usage).toMatchObject({ terms: ["batch", "fast", "us"], webSearches: 2 });
  });

  it("says why it was refused, as far as the provider does", () => {
    const stop_details = { type: "refusal", category: "cyber", explanation: "Not this." };
    const facts = response({ content: [], stop_reason: "refusal", stop_details });
    expect(facts.content?.().outputMessages?.[0]?.parts).toEqual([{ type: "refusal", content: "Not this." }]);
  });

  it("tells all else where its content is a text, as gateways have sent it", () => {
    const facts = response({ id: "msg_1", content: "Hello", stop_reason: "end_turn" } as object);
    expect(facts).toMatchObject({ id: "msg_1", finishReasons: ["end_turn"], compacted: false });
    expect(facts.content?.().outputMessages?.[0]?.parts).toEqual([{ type: "text", content: "Hello" }]);
  });

  it("has failed when it is an error in spite of its status", () => {
    const facts = response({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } });
    expect(facts.error).toEqual({ type: "overloaded_error", message: "Overloaded" });
    expect(facts.finishReasons).toBeUndefined();
    expect(response({ error: "no" as never }).error).toEqual({ type: "_OTHER" });
  });

  it.each(["pause_turn", "refusal", "stop_sequence", "model_context_window_exceeded"])(
    "that ends with %s says so",
    (stop_reason) => {
      expect(response({ stop_reason }).finishReasons).toEqual([stop_reason]);
    },
  );

  it("tells its tier and its sandbox", () => {
    const facts = response({ usage: { service_tier: "batch" }, container: { id: "container_1" } });
    expect(facts.attributes).toEqual({
      "kit.response.service_tier": "batch",
      "kit.container.id": "container_1",
    });
  });

  it.each([
    [2, undefined],
    [null, undefined],
    [{ tier: 2 }, undefined],
  ])("tells no tier of %j, as the attribute is a text", (service_tier, told) => {
    const { attributes } = response({ usage: { service_tier: service_tier as never } });
    expect(attributes?.["kit.response.service_tier"]).toBe(told);
  });

  it("shows thinking, and only that there was some where it is hidden", () => {
    expect(
      partsOf(
        { type: "thinking", thinking: "Let me see.", signature: "c2ln" },
        { type: "thinking", thinking: "", signature: "c2ln" },
        { type: "redacted_thinking", data: "b3BhcXVl" },
        { type: "text", text: "Yes." },
      ),
    ).toEqual([
      { type: "reasoning", content: "Let me see." },
      { type: "redacted_reasoning" },
      { type: "text", content: "Yes." },
    ]);
  });

  it("tells calls for the application from work that the provider did", () => {
    expect(
      partsOf(
        { type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Oslo" } },
        { type: "server_tool_use", id: "srv_1", name: "web_search", input: { query: "Oslo" } },
        { type: "web_search_tool_result", tool_use_id: "srv_1", content: [{ url: "https://example.org" }] },
        { type: "mcp_tool_use", id: "mcp_1", name: "read", server_name: "files", input: {} },
        { type: "mcp_tool_result", tool_use_id: "mcp_1", is_error: false, content: [] },
      ),
    ).toEqual([
      { type: "tool_call", id: "toolu_1", name: "weather", arguments: { city: "Oslo" } },
      {
        type: "server_tool_call",
        id: "srv_1",
        name: "web_search",
        server_tool_call: { type: "server_tool_use", input: { query: "Oslo" } },
      },
      {
        type: "server_tool_call_response",
        id: "srv_1",
        server_tool_call_response: {
          type: "web_search_tool_result",
          content: [{ url: "https://example.org" }],
        },
      },
      {
        type: "server_tool_call",
        id: "mcp_1",
        name: "read",
        server_tool_call: { type: "mcp_tool_use", server_name: "files", input: {} },
      },
      {
        type: "server_tool_call_response",
        id: "mcp_1",
        server_tool_call_response: { type: "mcp_tool_result", is_error: false, content: [] },
      },
    ]);
  });

  it("keeps citations beside the text they support, and blocks it does not know whole", () => {
    const citations = [{ type: "char_location", cited_text: "grass is green" }];
    expect(
      partsOf(
        { type: "text", text: "green", citations },
        { type: "text", text: "!", citations: [] },
        { type: "container_upload", file_id: "file_1" },
        { type: "hologram", shape: "cube" },
      ),
    ).toEqual([
      { type: "text", content: "green" },
      { type: "citations", citations },
      { type: "text", content: "!" },
      { type: "file", modality: "document", file_id: "file_1" },
      { type: "x_hologram", shape: "cube" },
    ]);
  });

  it("that stands for the conversation so far says that it was compacted", () => {
    const facts = response({ content: [{ type: "compaction", content: "They met." }] });
    expect(facts.compacted).toBe(true);
    expect(facts.content?.().outputMessages?.[0]?.parts).toEqual([
      { type: "compaction", content: "They met." },
    ]);
  });
});
