import { expect, it } from "vitest";
import { baseUrlOf, readErrorCode } from "./client.js";
import { chooseInvocation } from "./invoke.js";

const bytes = (body: unknown) => Buffer.from(JSON.stringify(body));
const asked = (body: unknown) => chooseInvocation({ modelId: "m", body: JSON.stringify(body) }, false);
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
  ["a text to embed", { inputText: "a", dimensions: 1 }, { operation: "embeddings", dimensions: 1 }],
  ["a picture to embed", { inputImage: "a" }, { operation: "embeddings" }],
  ["texts to embed", { texts: ["a"] }, { operation: "embeddings" }],
  ["a format that nobody knows", { what: 1 }, { operation: "chat" }],
])("tells %s by its body", (_, body, facts) => {
  const call = asked(body);
  const command = { input: { modelId: "m", body: JSON.stringify(body), guardrailIdentifier: "g" } };
  expect(call?.request(command)).toMatchObject({
    ...facts,
    model: "m",
    attributes: { "aws.bedrock.guardrail.id": "g" },
  });
});

it("leaves models of pictures alone", () => {
  expect(asked({ taskType: "TEXT_IMAGE", textToImageParams: {} })).toBeUndefined();
});

it.each([undefined, null, 7, "not JSON", new Uint8Array([255]), {}])("takes the body %j for none", (body) => {
  const call = chooseInvocation({ modelId: "m", body }, false);
  expect(call?.request({ input: { modelId: "m" } })).toMatchObject({ operation: "chat", model: "m" });
  expect(call?.response?.({ body }, request)).toEqual({ usage: undefined });
});

it("reads bytes that are a part of a larger memory", () => {
  const whole = Buffer.from(`xx${JSON.stringify({ generation: "a", prompt_token_count: 1 })}`);
  const body = new Uint8Array(whole.buffer, whole.byteOffset + 2, whole.byteLength - 2);
  expect(asked({ prompt: "a" })?.response?.({ body }, request)?.usage).toMatchObject({ input: 1 });
});

it("takes the counts that Bedrock adds, where a format has none", () => {
  const fold = chooseInvocation({ body: "{}" }, true)?.fold?.(false);
  const metrics = { inputTokenCount: 1, cacheReadInputTokenCount: 2, outputTokenCount: 4 };
  fold?.add({ chunk: { bytes: bytes({ what: 1, "amazon-bedrock-invocationMetrics": metrics }) } });
  fold?.add({});
  fold?.add({ chunk: { bytes: Buffer.from("not JSON") } });
  const call = chooseInvocation({ body: "{}" }, true);
  expect(call?.response?.(fold?.body() ?? {}, request)?.usage).toEqual({
    input: 3,
    output: 4,
    cacheRead: 2,
    cacheWrite: undefined,
  });
});

it("keeps no text of a stream when content is off", () => {
  const fold = chooseInvocation({ body: "{}" }, true)?.fold?.(false);
  fold?.add({ chunk: { bytes: bytes({ generation: "secret" }) } });
  expect(JSON.stringify(fold?.body())).not.toContain("secret");
});

it.each([
  [{ endpoint: async () => ({ protocol: "http:", hostname: "h", port: 1 }) }, "http://h:1"],
  [{ endpoint: async () => ({ protocol: "https:", hostname: "h" }) }, "https://h"],
  [{ region: async () => "eu-west-1" }, "https://bedrock-runtime.eu-west-1.amazonaws.com"],
  [{ region: () => Promise.reject(new Error("Region is missing")) }, undefined],
  [{}, undefined],
])("learns the server of a client with %j", async (config, url) => {
  const client = { config };
  expect(baseUrlOf(client)).toBeUndefined();
  await new Promise(setImmediate);
  expect(baseUrlOf(client)).toBe(url);
});

it("finds the status of an error where AWS keeps it", () => {
  expect(readErrorCode({ $metadata: { httpStatusCode: 400 } })).toBe("400");
  expect(readErrorCode({ $metadata: {} })).toBeUndefined();
  expect(readErrorCode(new Error("no"))).toBeUndefined();
});
