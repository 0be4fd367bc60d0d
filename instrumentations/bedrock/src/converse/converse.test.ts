import { describe, expect, it } from "vitest";
import { converse, converseStream } from "./converse.js";
import { readBlocks, readMessage, readTool } from "./converse-content.js";
import type { ContentBlock, ConverseAnswer, ConverseEvent } from "./wire.js";

const told = (value: unknown) => JSON.parse(JSON.stringify(value));
const request = { operation: "chat" };

function folded(events: readonly ConverseEvent[], content = true): ConverseAnswer | undefined {
  const fold = converseStream.fold?.(content);
  for (const event of events) fold?.add(event);
  return fold?.body();
}

describe("a block", () => {
  const bytes = new Uint8Array([104, 105]);

  it.each<[string, ContentBlock, unknown]>([
    ["text", { text: "a" }, [{ type: "text", content: "a" }]],
    ["guarded text", { guardContent: { text: { text: "a" } } }, [{ type: "text", content: "a" }]],
    ["a point for the cache", { cachePoint: {} }, []],
    ["a hidden thought", { reasoningContent: { redactedContent: bytes } }, [{ type: "redacted_reasoning" }]],
    [
      "a tool of Amazon's",
      { toolUse: { toolUseId: "1", name: "grounding", input: {}, type: "server_tool_use" } },
      [
        {
          type: "server_tool_call",
          id: "1",
          name: "grounding",
          server_tool_call: { type: "server_tool_use", input: {} },
        },
      ],
    ],
    [
      "a tool of the application's, as some models write it",
      { toolUse: { toolUseId: "1", name: "look", input: { at: "a" }, type: "tool_use" } },
      [{ type: "tool_call", id: "1", name: "look", arguments: { at: "a" } }],
    ],
    [
      "its result, as some models write it",
      { toolResult: { toolUseId: "1", content: [{ text: "a" }], type: "tool_result" } },
      [{ type: "tool_call_response", id: "1", response: "a" }],
    ],
    [
      "a result that is a text",
      { toolResult: { toolUseId: "1", content: [{ text: "a" }] } },
      [{ type: "tool_call_response", id: "1", response: "a" }],
    ],
    [
      "a result that is JSON",
      { toolResult: { toolUseId: "1", content: [{ json: { a: 1 } }] } },
      [{ type: "tool_call_response", id: "1", response: { a: 1 } }],
    ],
    [
      "a result of several blocks",
      { toolResult: { content: [{ json: 1 }, { text: "a" }] } },
      [{ type: "tool_call_response", response: [1, { type: "text", content: "a" }] }],
    ],
    [
      "a picture",
      { image: { format: "png", source: { bytes } } },
      [{ type: "blob", modality: "image", content: "aGk=", mime_type: "image/png" }],
    ],
    [
      "a document in S3",
      { document: { format: "pdf", source: { s3Location: { uri: "s3://a/b" } } } },
      [{ type: "uri", modality: "document", uri: "s3://a/b", mime_type: "application/pdf" }],
    ],
    ["a document of text", { document: { source: { text: "a" } } }, [{ type: "text", content: "a" }]],
    [
      "a document of blocks",
      { document: { source: { content: [{ text: "a" }, { text: "b" }] } } },
      [
        { type: "text", content: "a" },
        { type: "text", content: "b" },
      ],
    ],
    [
      "a picture that is encoded already",
      { image: { format: "png", source: { bytes: "aGk=" } } },
      [{ type: "blob", modality: "image", content: "aGk=", mime_type: "image/png" }],
    ],
    [
      "a thought of which there is only the signature",
      { reasoningContent: { reasoningText: { text: "" } } },
      [],
    ],
    ["something new", { other: { a: 1 } } as ContentBlock, [{ type: "x_other", other: { a: 1 } }]],
  ])("is %s", (_, block, parts) => {
    expect(told(readBlocks([block]))).toEqual(parts);
  });
});

it("gives the results of tools the role of a tool", () => {
  const results = { toolResult: { toolUseId: "1", content: [] } };
  expect(readMessage({ role: "user", content: [results] }).role).toBe("tool");
  expect(readMessage({ role: "user", content: [results, { text: "a" }] }).role).toBe("user");
  expect(readMessage({}).role).toBe("user");
});

it("reads tools", () => {
  const spec = { name: "look", description: "Looks.", inputSchema: { json: { type: "object" } } };
  expect(readTool({ toolSpec: spec })).toEqual([
    { type: "function", name: "look", description: "Looks.", parameters: { type: "object" } },
  ]);
  expect(readTool({ systemTool: { name: "nova_grounding" } })).toEqual([
    { type: "system_tool", name: "nova_grounding" },
  ]);
  expect(readTool({ cachePoint: {} } as never)).toEqual([]);
});

it("reads what the parameters of other models have", () => {
  const facts = converse.request({
    modelId: "m",
    additionalModelRequestFields: { top_k: 5 },
    guardrailConfig: { guardrailIdentifier: "g" },
    outputConfig: { textFormat: { type: "json_schema" } },
  });
  expect(facts).toMatchObject({
    topK: 5,
    outputType: "json",
    attributes: { "aws.bedrock.guardrail.id": "g" },
  });
});

it.each<[object, string | undefined]>([
  [{ output_config: { effort: "high" } }, "high"],
  [{ reasoning_effort: "low" }, "low"],
  [{ reasoning_config: "medium" }, "medium"],
  [{ reasoningConfig: { type: "enabled", maxReasoningEffort: "low" } }, "low"],
  [{ reasoning_config: { type: "enabled", budget_tokens: 1_024 } }, undefined],
])("reads how hard to think from %j", (fields, level) => {
  expect(converse.request({ additionalModelRequestFields: fields }).reasoningLevel).toBe(level);
  expect(converse.request(fields).reasoningLevel).toBe(level);
});

it("reads the number of candidates from what is meant for Nova", () => {
  const additionalModelRequestFields = { inferenceConfig: { topK: 7 } };
  expect(converse.request({ additionalModelRequestFields }).topK).toBe(7);
});

it("reads counts by the names of Nova's own format, and those that are missing", () => {
  const used = { inputTokens: 1, cacheReadInputTokenCount: 2, cacheWriteInputTokenCount: 3 };
  const counts = { input: 6, output: undefined, cacheRead: 2, cacheWrite: 3 };
  expect(converse.response?.({ usage: used }, request)?.usage).toMatchObject(counts);
  const output = { outputTokens: 4, cacheReadInputTokens: 2, cacheDetails: [{ ttl: "5m", inputTokens: 9 }] };
  const rest = { input: undefined, output: 4, cacheWrite1h: undefined };
  expect(converse.response?.({ usage: output }, request)?.usage).toMatchObject(rest);
  expect(converse.response?.({ usage: null } as never, request)?.usage).toBeUndefined();
});

it("takes an answer for the assistant's, also one that has only a reason", () => {
  const output = { message: { content: [{ text: "a" }] } };
  const [message] = converse.response?.({ output }, request)?.content?.().outputMessages ?? [];
  expect(message?.role).toBe("assistant");
  expect(converse.response?.({ stopReason: "end_turn" }, request)?.finishReasons).toEqual(["end_turn"]);
});

it.each([
  ["order:3", { "gen_ai.prompt.name": "order", "gen_ai.prompt.version": "3" }],
  ["order", { "gen_ai.prompt.name": "order" }],
])("tells the prompt %s from a model", (id, attributes) => {
  const modelId = `arn:aws:bedrock:us-east-1:123456789012:prompt/${id}`;
  const promptVariables = { customer: { text: "C-1" }, unknown: { image: 1 } as object };
  const facts = converse.request({ modelId, promptVariables });
  expect(facts).toMatchObject({ model: undefined, attributes });
  expect(Object.keys(facts.attributes ?? {})).toEqual(Object.keys(attributes));
  expect(facts.content?.().promptVariables).toEqual({ customer: "C-1", unknown: '{"image":1}' });
});

it("reads what priced the tokens: how long caches are kept, the tier, the latency", () => {
  const cacheDetails = [
    { ttl: "5m", inputTokens: 10 },
    { ttl: "1h", inputTokens: 3 },
    { ttl: "1h", inputTokens: 4 },
  ];
  const served = {
    usage: { inputTokens: 1, outputTokens: 2, cacheWriteInputTokens: 17, cacheDetails },
    serviceTier: { type: "flex" },
    performanceConfig: { latency: "optimized" },
  };
  const usage = { input: 18, cacheWrite: 17, cacheWrite1h: 7, terms: ["flex", "optimized"] };
  expect(converse.response?.(served, request)?.usage).toMatchObject(usage);
  expect(converse.response?.(folded([{ metadata: served }]) ?? {}, request)?.usage).toMatchObject(usage);
});

describe("a stream", () => {
  it("that never began has no message", () => {
    expect(folded([])).toEqual({});
    expect(converse.response?.({}, request)?.finishReasons).toBeUndefined();
  });

  it("that never stopped has a choice without a reason", () => {
    const body = folded([{ messageStart: { role: "assistant" } }]) ?? {};
    expect(converse.response?.(body, request)?.finishReasons).toEqual([undefined]);
  });

  it("keeps no text when content is off", () => {
    const delta = { contentBlockIndex: 0, delta: { text: "secret" } };
    const events = [
      { messageStart: {} },
      { contentBlockDelta: delta },
      { messageStop: { stopReason: "end_turn" } },
    ];
    expect(JSON.stringify(folded(events, false))).not.toContain("secret");
    expect(folded(events, false)?.stopReason).toBe("end_turn");
  });

  it("is read as it came, whatever the application does to it", () => {
    const found = { json: { at: "a" } };
    const citation = { title: "A" };
    const fold = converseStream.fold?.(true);
    fold?.add({ messageStart: { role: "assistant" } });
    fold?.add({ contentBlockStart: { contentBlockIndex: 0, start: { toolResult: { toolUseId: "1" } } } });
    fold?.add({ contentBlockDelta: { contentBlockIndex: 0, delta: { toolResult: [{ text: "x" }] } } });
    fold?.add({ contentBlockDelta: { contentBlockIndex: 0, delta: { toolResult: [found] } } });
    fold?.add({ contentBlockStart: { contentBlockIndex: 1 } });
    fold?.add({
      contentBlockDelta: { contentBlockIndex: 1, delta: { text: "It rains.", citation: { title: "B" } } },
    });
    fold?.add({ contentBlockDelta: { contentBlockIndex: 1, delta: { citation } } });
    found.json.at = citation.title = "changed";
    expect(told(readBlocks(fold?.body().output?.message?.content))).toEqual([
      { type: "tool_call_response", id: "1", response: [{ type: "text", content: "x" }, { at: "a" }] },
      { type: "text", content: "It rains." },
      { type: "citations", citations: [{ title: "B" }, { title: "A" }] },
    ]);
  });

  it("of a thought's signature alone has no part for it", () => {
    const delta = { reasoningContent: { signature: "c2ln" } as object };
    const body = folded([
      { messageStart: { role: "assistant" } },
      { contentBlockDelta: { contentBlockIndex: 0, delta } },
    ]);
    expect(readBlocks(body?.output?.message?.content)).toEqual([]);
  });

  it("puts results of Amazon's own tools and hidden thoughts together", () => {
    const body = folded([
      { messageStart: { role: "assistant" } },
      { contentBlockDelta: { contentBlockIndex: 1, delta: { reasoningContent: { redactedContent: "x" } } } },
      {
        contentBlockStart: { contentBlockIndex: 0, start: { toolResult: { toolUseId: "1", type: "found" } } },
      },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { toolResult: [{ json: 1 }] } } },
    ]);
    expect(told(readBlocks(body?.output?.message?.content))).toEqual([
      {
        type: "server_tool_call_response",
        id: "1",
        server_tool_call_response: { type: "found", response: 1 },
      },
      { type: "redacted_reasoning" },
    ]);
  });
});
