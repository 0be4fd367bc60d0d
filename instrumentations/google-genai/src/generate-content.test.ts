import { describe, expect, it } from "vitest";
import type { Candidate, GenerateContentBody } from "./answer.js";
import { baseUrlOf, readErrorCode } from "./client.js";
import { embeddings } from "./embeddings.js";
import { generateContent } from "./generate-content.js";
import { readUsage } from "./usage.js";

const whole = generateContent(false);
const streamed = generateContent(true);
const answered = (body: GenerateContentBody) => whole.response?.(body, { operation: "generate_content" });

function folded(chunks: readonly GenerateContentBody[], content = true): GenerateContentBody | undefined {
  const fold = streamed.fold?.(content);
  for (const chunk of chunks) fold?.add(chunk);
  return fold?.body();
}

describe("a request", () => {
  it.each([
    [undefined, undefined],
    [{}, undefined],
    [{ responseMimeType: "application/json" }, "json"],
    [{ responseMimeType: "text/x.enum" }, "text"],
    [{ responseMimeType: "image/png" }, undefined],
    [{ responseModalities: ["TEXT", "IMAGE"] }, "image"],
    [{ responseModalities: ["audio"] }, "speech"],
    [{ responseModalities: ["TEXT"] }, "text"],
    [{ responseModalities: ["TEXT"], responseMimeType: "application/json" }, "json"],
    [{ responseModalities: ["AUDIO"], responseMimeType: "application/json" }, "speech"],
    [{ responseModalities: [] }, undefined],
  ])("with %j wants %s", (config, outputType) => {
    expect(whole.request({ model: "m", ...(config && { config }) }).outputType).toBe(outputType);
  });

  it("names the level of thinking in lower case, as all providers but this one", () => {
    const config = { thinkingConfig: { thinkingLevel: "HIGH" } };
    expect(whole.request({ config }).reasoningLevel).toBe("high");
  });
});

describe("an answer", () => {
  it("has the reason of a refused prompt, unless there is a candidate", () => {
    const promptFeedback = { blockReason: "SAFETY" };
    expect(answered({ promptFeedback })?.finishReasons).toEqual(["SAFETY"]);
    expect(answered({ promptFeedback, candidates: [{ finishReason: "STOP" }] })?.finishReasons).toEqual([
      "STOP",
    ]);
    expect(answered({ candidates: null })?.finishReasons).toEqual([]);
  });

  it("has a candidate without content", () => {
    expect(answered({ candidates: [{ finishReason: "SAFETY", content: null }] })?.content?.()).toEqual({
      outputMessages: [{ role: "assistant", parts: [] }],
    });
  });

  it("has the tier and the kinds of what it counts, by which it is priced", () => {
    const kinds = (tokens: number) =>
      ["TEXT", "IMAGE", "AUDIO"].map((modality, kind) => ({ modality, tokenCount: tokens + kind }));
    const usage = {
      promptTokensDetails: kinds(10),
      candidatesTokensDetails: kinds(20),
      cacheTokensDetails: kinds(30),
      trafficType: "ON_DEMAND",
      serviceTier: "FLEX",
    };
    expect(readUsage(usage)).toMatchObject({
      textInput: 10,
      imageInput: 11,
      audioInput: 12,
      textOutput: 20,
      imageOutput: 21,
      audioOutput: 22,
      textCacheRead: 30,
      imageCacheRead: 31,
      audioCacheRead: 32,
      terms: ["flex", "on_demand"],
    });
  });

  it("may have nothing where a candidate or a count would stand", () => {
    const candidates = [null as never, { finishReason: "STOP", content: { parts: [{ text: "a" }] } }];
    const answer = answered({ candidates });
    expect(answer?.finishReasons).toEqual(["STOP"]);
    expect(answer?.content?.().outputMessages).toHaveLength(1);
    expect(readUsage({ promptTokenCount: 1, promptTokensDetails: [null as never] })?.input).toBe(1);
  });

  it("counts thoughts as output, and the prompts of tools as input", () => {
    const usage = {
      promptTokenCount: 1,
      toolUsePromptTokenCount: 2,
      candidatesTokenCount: 4,
      thoughtsTokenCount: 8,
    };
    expect(readUsage(usage)).toMatchObject({ input: 3, output: 12, reasoning: 8 });
    expect(readUsage({ thoughtsTokenCount: 8 })).toMatchObject({ input: undefined, output: 8 });
    expect(readUsage(null)).toBeUndefined();
  });
});

describe("a stream", () => {
  it("keeps the order of its candidates, whatever the order of their chunks", () => {
    const chunks = [1, 0, 1].map((index) => ({
      candidates: [{ index, finishReason: String(index), content: { parts: [{ text: `${index}` }] } }],
    }));
    const texts = folded(chunks)?.candidates?.map(({ content }) => content?.parts);
    expect(texts).toEqual([[{ text: "0", thought: false }], [{ text: "11", thought: false }]]);
  });

  it("keeps no text when content is off", () => {
    const chunk = { candidates: [{ content: { parts: [{ text: "secret" }] } }], promptFeedback: {} };
    expect(JSON.stringify(folded([chunk, chunk], false))).not.toContain("secret");
  });

  it("goes on behind what is nothing", () => {
    const chunk = { candidates: [null, { content: { parts: [null, { text: "a" }] } }] };
    const [candidate] = folded([chunk as never])?.candidates ?? [];
    expect(candidate?.content?.parts).toEqual([{ text: "a", thought: false }]);
  });

  it("puts the arguments of functions together that come in pieces", () => {
    const calls = [
      { id: "1", name: "f", willContinue: true },
      { partialArgs: [{ jsonPath: "$.city", stringValue: "Ber" }], willContinue: true },
      { partialArgs: [{ jsonPath: "$.city", stringValue: "lin" }], willContinue: true },
      {},
      { name: "g", args: { a: 1 } },
      { name: "h", willContinue: true },
      { name: "i", partialArgs: [{ jsonPath: "$.a", numberValue: 2 }] },
      {},
    ];
    const chunks = calls.map((functionCall) => ({
      candidates: [{ content: { parts: [{ functionCall }] } }],
    }));
    expect(folded(chunks)?.candidates?.[0]?.content?.parts).toEqual([
      { functionCall: { id: "1", name: "f", args: { city: "Berlin" } } },
      { functionCall: { name: "g", args: { a: 1 } } },
      { functionCall: { name: "h" } },
      { functionCall: { name: "i", args: { a: 2 } } },
      { functionCall: {} },
    ]);
  });

  it("has the role and the sources that any chunk names, and not those that a later one leaves empty", () => {
    const candidates: Candidate[] = [
      { content: { role: "critic", parts: [{ text: "a" }] }, groundingMetadata: { groundingChunks: [1] } },
      { groundingMetadata: { groundingChunks: [] }, citationMetadata: { citations: [2] } },
      { finishReason: "STOP", citationMetadata: { citations: null } },
    ];
    const body = folded(candidates.map((candidate) => ({ candidates: [candidate] })));
    expect(answered(body ?? {})?.content?.().outputMessages).toEqual([
      {
        role: "critic",
        parts: [
          { type: "text", content: "a" },
          { type: "citations", citations: [1, 2] },
        ],
      },
    ]);
  });

  it("does not tell of what the application did with a chunk later", () => {
    const call = { functionCall: { name: "f", args: { a: 1 } } };
    const fold = streamed.fold?.(true);
    fold?.add({ candidates: [{ content: { parts: [call] } }] });
    call.functionCall.args.a = 2;
    expect(fold?.body().candidates?.[0]?.content?.parts).toEqual([
      { functionCall: { name: "f", args: { a: 1 } } },
    ]);
  });

  it("has whatever chunks tell, in whichever of them", () => {
    const chunks = [
      { responseId: "r", promptFeedback: { blockReason: "OTHER" } },
      { modelVersion: "m", usageMetadata: { promptTokenCount: 1, thoughtsTokenCount: 2 } },
      { responseId: "", usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 3 } },
    ];
    expect(folded(chunks)).toEqual({
      responseId: "r",
      modelVersion: "m",
      promptFeedback: { blockReason: "OTHER" },
      usageMetadata: { promptTokenCount: 1, thoughtsTokenCount: 2, candidatesTokenCount: 3 },
      candidates: [],
    });
  });
});

it.each([
  [
    { embeddings: [{ values: [1, 2], statistics: { tokenCount: 3 } }, { statistics: { tokenCount: 4 } }] },
    2,
    7,
  ],
  [{ embeddings: [null, { values: [1, 2], statistics: { tokenCount: 3 } }] }, 2, 3],
  [{ embeddings: [{}], usageMetadata: { promptTokenCount: 5 } }, undefined, 5],
  [{}, undefined, undefined],
])("reads the embeddings %j", (body, dimensions, input) => {
  const read = embeddings.response?.(body as never, { operation: "embeddings" });
  expect([read?.dimensions, read?.usage?.input]).toEqual([dimensions, input]);
});

it.each([
  ["got status: 404 Not Found. {}", "404"],
  ["something else: 404", undefined],
  [undefined, undefined],
])("reads from the message %j the status %s", (message, status) => {
  expect(readErrorCode({ message })).toBe(status);
});

it("goes where the call says, else where its client does", () => {
  const models = { apiClient: { getBaseUrl: () => "http://client/" } };
  const config = { httpOptions: { baseUrl: "http://call/" } };
  const options = { server_url: "http://options/" };
  expect([
    baseUrlOf(models, [{ config }]),
    baseUrlOf({ parentClient: models.apiClient }, ["id", {}, options]),
    baseUrlOf(models, [{}]),
    baseUrlOf({ parentClient: models.apiClient }, []),
    baseUrlOf({}, []),
  ]).toEqual(["http://call/", "http://options/", "http://client/", "http://client/", undefined]);
});
