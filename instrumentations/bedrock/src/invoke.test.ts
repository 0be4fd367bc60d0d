import { expect, it } from "vitest";
import { chooseInvocation } from "./invoke.js";

const bytes = (body: unknown) => Buffer.from(JSON.stringify(body));
const asked = (body: unknown, modelId = "m", stream = false) =>
  chooseInvocation({ modelId, body: JSON.stringify(body), guardrailIdentifier: "g" }, stream);
const request = { operation: "chat" };

it.each<[string, object, object]>([
  [
    "Anthropic's messages",
    { anthropic_version: "b", messages: [], max_tokens: 1 },
    { operation: "chat", maxTokens: 1 },
  ],
  ["Nova's format", { messages: [], inferenceConfig: { topK: 1 } }, { operation: "chat", topK: 1 }],
  ["chat completions", { messages: [], seed: 1 }, { operation: "chat", seed: 1 }],
  ["a text", { prompt: "a", max_gen_len: 1 }, { operation: "text_completion", maxTokens: 1 }],
  [
    "Titan's text",
    { inputText: "a", textGenerationConfig: { topP: 1 } },
    { operation: "text_completion", topP: 1 },
  ],
  ["the message of Cohere's chat", { message: "a", p: 0.5, k: 2 }, { operation: "chat", topP: 0.5, topK: 2 }],
  [
    "Nova's format by its blocks",
    { messages: [{ content: [{ text: "a" }] }], system: [] },
    { operation: "chat" },
  ],
  [
    "Nova's older names",
    { messages: [], inferenceConfig: { max_new_tokens: 1, top_p: 0.5, top_k: 2 } },
    { maxTokens: 1, topP: 0.5, topK: 2 },
  ],
  [
    "the text of older models of Anthropic",
    { anthropic_version: "b", prompt: "a", max_tokens_to_sample: 1, stop_sequences: ["b"] },
    { operation: "text_completion", maxTokens: 1, stopSequences: ["b"] },
  ],
  [
    "Jurassic's other parameters",
    { prompt: "a", topP: 0.5, stopSequences: ["b"] },
    { operation: "text_completion", topP: 0.5, stopSequences: ["b"] },
  ],
  ["Cohere's text", { prompt: "a", k: 2 }, { operation: "text_completion", topK: 2 }],
  ["a question without documents", { query: "a" }, { operation: "chat" }],
  [
    "inputs to embed",
    { inputs: [{ content: [] }], output_dimension: 8 },
    { operation: "embeddings", dimensions: 8 },
  ],
  ["a text in pieces for Nova to embed", { taskType: "SEGMENTED_EMBEDDING" }, { operation: "embeddings" }],
  [
    "a text for Titan to embed",
    { inputText: "a", embeddingTypes: ["binary"] },
    { operation: "embeddings", encodingFormats: ["binary"] },
  ],
  ["Jurassic's text", { prompt: "a", maxTokens: 1, topP: 1 }, { operation: "text_completion", maxTokens: 1 }],
  [
    "a text for Nova to embed",
    { taskType: "SINGLE_EMBEDDING", singleEmbeddingParams: { embeddingDimension: 256 } },
    { operation: "embeddings", dimensions: 256 },
  ],
  [
    "a picture with a size",
    { inputImage: "a", embeddingConfig: { outputEmbeddingLength: 256 } },
    { operation: "embeddings", dimensions: 256 },
  ],
  ["pictures to embed", { images: ["a"], input_type: "image" }, { operation: "embeddings" }],
  ["a film to embed", { inputType: "video" }, { operation: "embeddings" }],
  ["a text to embed", { inputText: "a", dimensions: 1 }, { operation: "embeddings", dimensions: 1 }],
  ["a picture to embed", { inputImage: "a" }, { operation: "embeddings" }],
  ["texts to embed", { texts: ["a"] }, { operation: "embeddings" }],
  ["a format that nobody knows", { what: 1 }, { operation: "chat" }],
])("tells %s by its body", (_, body, facts) => {
  const found = asked(body);
  expect(found?.call.request(...found.given)).toMatchObject({
    ...facts,
    model: "m",
    attributes: { "aws.bedrock.guardrail.id": "g" },
  });
});

it.each([
  [{ taskType: "TEXT_IMAGE", textToImageParams: {} }],
  [{ text_prompts: [{ text: "a" }] }],
  [{ prompt: "a" }, "us.stability.stable-image-core-v1:1"],
  [{ query: "a", documents: ["b"] }],
])("leaves models of pictures and rankings alone: %j", (body, model = "m") => {
  expect(asked(body, model)).toBeUndefined();
});

it.each([
  [{ inputText: "a" }, "amazon.titan-text-express-v1", false],
  [{ inputText: "a" }, "m", true],
])("takes a bare text for one to continue: %j to %s", (body, model, stream) => {
  const found = asked(body, model, stream);
  expect(found?.call.request(...found.given).operation).toBe("text_completion");
});

it.each([
  [{ embeddings: [[1, 2, 3]] }],
  [{ embeddings: { float: [[1, 2, 3]] } }],
  [{ embeddings: [{ embeddingType: "TEXT", embedding: [1, 2, 3] }] }],
  [{ data: [{ embedding: [1, 2, 3] }] }],
  [{ data: { embedding: [1, 2, 3] } }],
])("counts the dimensions of %j", (body) => {
  const found = asked({ inputType: "text" });
  expect(found?.call.response?.({ body: bytes(body) }, request)?.dimensions).toBe(3);
});

it("knows Nova's format by its version alone", () => {
  const found = asked({ schemaVersion: "messages-v1", messages: [], system: [{ text: "a" }] });
  const { systemInstructions } = found?.call.request(...found.given).content?.() ?? {};
  expect(systemInstructions).toEqual([{ type: "text", content: "a" }]);
});

it("keeps the terms that a body tells itself", () => {
  const usage = { input_tokens: 1, output_tokens: 2, service_tier: "batch" };
  const { call } = asked({ anthropic_version: "b", messages: [] }) ?? {};
  const facts = call?.response?.({ body: bytes({ type: "message", usage }), serviceTier: "flex" }, request);
  expect(facts?.usage?.terms).toEqual(expect.arrayContaining(["batch", "flex"]));
});

it("has no usage where vectors came without counts", () => {
  const { call } = asked({ texts: ["a"] }) ?? {};
  expect(call?.response?.({ body: bytes({ embeddings: [[1]] }) }, request)?.usage).toBeUndefined();
});

it.each([
  { choices: [{ text: "a", stop_reason: "stop" }] },
  { generations: [{ text: "a", finish_reason: "stop" }] },
])("reads the texts of %j", (body) => {
  const facts = asked({ prompt: "b" })?.call.response?.({ body: bytes(body) }, request);
  expect(facts?.finishReasons).toEqual(["stop"]);
  expect(facts?.content?.().outputMessages).toEqual([
    { role: "assistant", parts: [{ type: "text", content: "a" }] },
  ]);
});

it("keeps what a stream told, whatever its later chunks leave out", () => {
  const { call } = asked({ prompt: "a" }, "m", true) ?? {};
  const fold = call?.fold?.(false);
  const counted = { prompt_token_count: 1, generation_token_count: 2, stop_reason: "stop" };
  for (const chunk of [{ generation: "a", ...counted }, { generation: "" }])
    fold?.add({ chunk: { bytes: bytes(chunk) } });
  const wanted = { finishReasons: ["stop"], usage: { input: 1, output: 2 } };
  expect(call?.response?.(fold?.body() ?? {}, request)).toMatchObject(wanted);
});

it("reads chunks of chat completions that have counts only, and prefers those to Bedrock's", () => {
  const { call } = asked({ messages: [] }, "m", true) ?? {};
  const fold = call?.fold?.(false);
  const usage = { prompt_tokens: 1, completion_tokens: 2 };
  const metrics = { inputTokenCount: 7, outputTokenCount: 7, cacheWriteInputTokenCount: 7 };
  fold?.add({ chunk: { bytes: bytes({ choices: [{ index: 0, delta: { content: "a" } }] }) } });
  fold?.add({ chunk: { bytes: bytes({ usage, "amazon-bedrock-invocationMetrics": metrics }) } });
  fold?.add({ chunk: { bytes: bytes({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }) } });
  const wanted = { finishReasons: ["stop"], usage: { input: 1, output: 2 } };
  expect(call?.response?.(fold?.body() ?? {}, request)).toMatchObject(wanted);
});

it("reads under what terms Bedrock answered, beside a whole body and beside a stream", () => {
  const served = { serviceTier: "flex", performanceConfigLatency: "optimized" };
  const body = bytes({ generation: "a", prompt_token_count: 1 });
  const wanted = {
    usage: { input: 1, terms: ["flex", "optimized"] },
    attributes: { "kit.response.service_tier": "flex" },
  };
  expect(asked({ prompt: "a" })?.call.response?.({ body, ...served }, request)).toMatchObject(wanted);
  const { call } = asked({ prompt: "a" }, "m", true) ?? {};
  call?.streamIn?.({ body: [], ...served });
  const fold = call?.fold?.(false);
  fold?.add({ chunk: { bytes: body } });
  expect(call?.response?.(fold?.body() ?? {}, request)).toMatchObject(wanted);
});

it.each([undefined, null, 7, "not JSON", "null", "7", new Uint8Array([255]), {}])(
  "takes the body %j for none",
  (body) => {
    const { call, given } = chooseInvocation({ modelId: "m", body }, false) ?? {};
    expect(given && call?.request(...given)).toMatchObject({ operation: "chat", model: "m" });
    expect(call?.response?.({ body }, request)).toEqual({ usage: undefined });
  },
);

it("adds up the tokens of Titan's texts", () => {
  const body = JSON.stringify({
    inputTextTokenCount: 5,
    results: [
      { outputText: "a", tokenCount: 2 },
      { outputText: "b", tokenCount: 3 },
    ],
  });
  const usage = asked({ prompt: "a" })?.call.response?.({ body }, request)?.usage;
  expect(usage).toMatchObject({ input: 5, output: 5 });
});

it("reads bytes that are a part of a larger memory", () => {
  const whole = Buffer.from(`xx${JSON.stringify({ generation: "a", prompt_token_count: 1 })}`);
  const body = new Uint8Array(whole.buffer, whole.byteOffset + 2, whole.byteLength - 2);
  expect(asked({ prompt: "a" })?.call.response?.({ body }, request)?.usage).toMatchObject({ input: 1 });
});

it("takes the counts that Bedrock adds, where a format has none", () => {
  const fold = chooseInvocation({ body: "{}" }, true)?.call.fold?.(false);
  const cached = { cacheReadInputTokenCount: 2, cacheWriteInputTokenCount: 5 };
  const metrics = { inputTokenCount: 1, ...cached, outputTokenCount: 4 };
  fold?.add({ chunk: { bytes: bytes({ what: 1, "amazon-bedrock-invocationMetrics": metrics }) } });
  fold?.add({});
  fold?.add({ chunk: { bytes: bytes({ what: 2 }) } });
  fold?.add({ chunk: { bytes: Buffer.from("not JSON") } });
  const found = chooseInvocation({ body: "{}" }, true);
  expect(found?.call.response?.(fold?.body() ?? {}, request)?.usage).toEqual({
    input: 8,
    output: 4,
    cacheRead: 2,
    cacheWrite: 5,
    terms: [undefined, undefined],
  });
});

it.each([
  [{ generation: "No.", stop_reason: null }, ["guardrail_intervened"]],
  [{ generation: "No.", stop_reason: "stop" }, ["stop"]],
  [{ what: 1 }, undefined],
])("tells by %j, which a guardrail changed, that it is finished", (body, finishReasons) => {
  const guarded = { ...body, "amazon-bedrock-guardrailAction": "INTERVENED" };
  expect(asked({ prompt: "a" })?.call.response?.({ body: bytes(guarded) }, request)).toMatchObject({
    ...(finishReasons && { finishReasons }),
  });
  const untouched = { ...body, "amazon-bedrock-guardrailAction": "NONE" };
  const facts = asked({ prompt: "a" })?.call.response?.({ body: bytes(untouched) }, request);
  expect(facts?.finishReasons?.[0]).not.toBe("guardrail_intervened");
});

it("joins what Nova sends in a block for every piece", () => {
  const pieces = [
    { reasoningContent: { text: "Let me " } },
    { reasoningContent: { text: "see." } },
    { text: "I " },
    { text: "look" },
    { toolUse: { input: "{}" } },
    { text: "Well" },
    { text: "." },
  ];
  const { call } = asked({ messages: [], inferenceConfig: {} }, "m", true) ?? {};
  const fold = call?.fold?.(true);
  const add = (event: object) => fold?.add({ chunk: { bytes: bytes(event) } });
  add({ messageStart: { role: "assistant" } });
  add({ contentBlockStart: { contentBlockIndex: 4, start: { toolUse: { name: "look" } } } });
  for (const [contentBlockIndex, delta] of pieces.entries())
    add({ contentBlockDelta: { contentBlockIndex, delta } });
  const [message] = call?.response?.(fold?.body() ?? {}, request)?.content?.().outputMessages ?? [];
  expect(message?.parts).toEqual([
    { type: "reasoning", content: "Let me see." },
    { type: "text", content: "I look" },
    { type: "tool_call", name: "look", arguments: {} },
    { type: "text", content: "Well." },
  ]);
});

it("takes a guarded stream that was cut for unfinished", () => {
  const fold = asked({ prompt: "a" }, "m", true)?.call.fold?.(false);
  fold?.add({ chunk: { bytes: bytes({ generation: "a", "amazon-bedrock-guardrailAction": "INTERVENED" }) } });
  const facts = asked({ prompt: "a" }, "m", true)?.call.response?.(fold?.body() ?? {}, request);
  expect(facts?.finishReasons).toEqual([null]);
});

it("keeps no text of a stream when content is off", () => {
  const fold = chooseInvocation({ body: "{}" }, true)?.call.fold?.(false);
  fold?.add({ chunk: { bytes: bytes({ generation: "secret" }) } });
  expect(JSON.stringify(fold?.body())).not.toContain("secret");
});
