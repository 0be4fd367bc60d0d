import { describe, expect, it } from "vitest";
import { completions } from "./completions.js";
import { countTokens } from "./count-tokens.js";
import { embeddings } from "./embeddings.js";

const request = { operation: "any" };

describe("embeddings", () => {
  it("record the size that was asked for, else the length of the first vector", () => {
    const body = { data: [{ embedding: [1, 2, 3] }], usage: { prompt_tokens: 5 } };
    expect(embeddings.response?.(body, { ...request, dimensions: 256 }).dimensions).toBe(256);
    expect(embeddings.response?.(body, request)).toMatchObject({ dimensions: 3, usage: { input: 5 } });
  });

  it("count all tokens as input where Voyage tells only those", () => {
    const body = { data: [], usage: { total_tokens: 5 } };
    expect(embeddings.response?.(body, request).usage?.input).toBe(5);
  });

  it("tell what OpenRouter charged", () => {
    const body = { data: [], usage: { prompt_tokens: 5, cost: 0.25 } };
    expect(embeddings.response?.(body, request).usage).toEqual({ input: 5, costUsd: 0.25 });
  });

  it("measure a vector in base64 by its bytes", () => {
    const embedding = Buffer.from(new Float32Array([1, 2, 3, 4]).buffer).toString("base64");
    expect(embeddings.response?.({ data: [{ embedding }] }, request).dimensions).toBe(4);
  });

  it("name a format only when the caller did", () => {
    expect(embeddings.request({ model: "m" }).encodingFormats).toBeUndefined();
    expect(embeddings.request({ model: "m", encoding_format: "base64" }).encodingFormats).toEqual(["base64"]);
  });
});

describe("legacy completions", () => {
  it("read prompts, and no numbers of tokens", () => {
    const prompts = (prompt: string | string[] | number[]) =>
      completions.request({ prompt }).content?.().inputMessages?.length;
    expect([prompts("a"), prompts(["a", "b"]), prompts([1, 2])]).toEqual([1, 2, 0]);
  });

  it("fold to what they would have been unstreamed", () => {
    const fold = completions.fold?.(true);
    fold?.add({ id: "c1", model: "m", choices: [{ index: 0, text: "he" }] });
    fold?.add({
      choices: [{ index: 0, text: "y", finish_reason: "length" }],
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    });
    const facts = completions.response?.(fold?.body() ?? {}, request);
    expect(facts).toMatchObject({ id: "c1", finishReasons: ["length"], usage: { input: 1, output: 2 } });
    expect(facts?.content?.().outputMessages).toEqual([
      { role: "assistant", parts: [{ type: "text", content: "hey" }] },
    ]);
  });
});

it("counts tokens without calling them usage", () => {
  const { path, request: ask, response: read } = countTokens("/count");
  expect([path, ask({ model: "m" })]).toEqual(["/count", { operation: "count_tokens", model: "m" }]);
  expect(read?.({ input_tokens: 0 }, request)).toEqual({
    attributes: { "kit.count_tokens.input_tokens": 0 },
  });
});
