import { chat as wire } from "@kit/chat-completions";
import { describe, expect, it } from "vitest";
import { answer, stream } from "./chat.js";
import { baseUrlOf } from "./client.js";
import { answerOnTheWire, messageOnTheWire, usageOnTheWire } from "./wire.js";

describe("a message", () => {
  it.each<[string, object, object]>([
    ["an image", { type: "image_url", imageUrl: "a" }, { type: "image_url", image_url: "a" }],
    ["a document", { type: "document_url", documentUrl: "a" }, { type: "document_url", file_url: "a" }],
    ["a file", { type: "file", fileId: "a" }, { type: "file", file_id: "a" }],
    ["sound", { type: "input_audio", inputAudio: "a" }, { type: "output_audio", data: "a" }],
    [
      "sound with its format",
      { type: "input_audio", inputAudio: { data: "a", format: "mp3" } },
      { type: "input_audio", input_audio: { data: "a", format: "mp3" } },
    ],
    ["something new", { type: "UNKNOWN", isUnknown: true, raw: { type: "new" } }, { type: "new" }],
  ])("has %s as it was sent", (_, part, expected) => {
    expect(messageOnTheWire({ role: "user", content: [part] })).toEqual({
      role: "user",
      content: [expected],
    });
  });

  it("has calls whose arguments are nobody's to rename, and no id that the SDK made up", () => {
    const call = { id: "null", function: { name: "f", arguments: { userId: 1 } } };
    expect(messageOnTheWire({ content: null, toolCalls: [call] })).toEqual({
      content: null,
      tool_calls: [{ function: { name: "f", arguments: { userId: 1 } } }],
    });
  });

  it("answers a tool", () => {
    expect(messageOnTheWire({ role: "tool", toolCallId: "1", content: "a" })).toEqual({
      role: "tool",
      tool_call_id: "1",
      content: "a",
    });
  });
});

it("reads the last of several messages of a choice", () => {
  const messages = [{ content: "a" }, { content: "b" }];
  expect(answerOnTheWire({ choices: [{ messages }] })).toMatchObject({
    choices: [{ message: { content: "b" } }],
  });
});

it("keeps what a version of the SDK does not know of the usage", () => {
  expect(
    usageOnTheWire({
      promptTokens: 1,
      additionalProperties: { prompt_tokens_details: { cached_tokens: 1 } },
    }),
  ).toEqual({ prompt_tokens: 1, prompt_tokens_details: { cached_tokens: 1 } });
  expect(usageOnTheWire(undefined)).toBeNull();
});

it("finds the tier that served a call in its usage", () => {
  expect(answerOnTheWire({ usage: { serviceTier: "priority" } })).toMatchObject({ service_tier: "priority" });
  expect(answerOnTheWire({ usage: null })).toMatchObject({ service_tier: undefined });
  const older = { additionalProperties: { service_tier: "priority" } };
  expect(answerOnTheWire({ usage: older })).toMatchObject({ service_tier: "priority" });
});

describe("a request", () => {
  it("has the format that it names, or that its method implies", () => {
    const schema = { type: "object" };
    expect(answer("chat").request({ responseFormat: { type: "json_schema" } }).outputType).toBe("json");
    expect(answer("chat", "json").request({ responseFormat: schema }).outputType).toBe("json");
    expect(answer("chat").request({}).outputType).toBeUndefined();
  });

  it("is no stream of the conventions if an agent answers", () => {
    expect(stream("chat").request({}).stream).toBe(true);
    expect(stream("invoke_agent").request({ agentId: "a" })).toMatchObject({
      stream: undefined,
      attributes: { "gen_ai.agent.id": "a" },
    });
  });

  it("asks no agent to think in the words of the conventions, which know no thoughts of one", () => {
    expect(answer("chat").request({ reasoningEffort: "high" }).reasoningLevel).toBe("high");
    const { request, response } = answer("invoke_agent");
    const facts = request({ agentId: "a", reasoningEffort: "high" });
    expect(facts.reasoningLevel).toBeUndefined();
    const usage = { promptTokens: 1, completionTokens: 2, completionTokensDetails: { reasoning_tokens: 1 } };
    expect(response?.({ usage, choices: [] }, facts).usage).toMatchObject({
      output: 2,
      reasoning: undefined,
    });
  });

  it("tells nothing that is OpenAI's own", () => {
    expect(wire.request({}).ownAttributes).not.toEqual({});
    expect(answer("chat").request({}).ownAttributes).toBeUndefined();
  });

  it("has the text before and after what is asked for", () => {
    expect(answer("text_completion").request({ prompt: "a", suffix: "b" }).content?.()).toEqual({
      inputMessages: [
        {
          role: "user",
          parts: [
            { type: "text", content: "a" },
            { type: "x_suffix", content: "b" },
          ],
        },
      ],
    });
  });
});

it("reads nothing from a chunk without data", () => {
  const fold = stream("chat").fold?.(true);
  fold?.add({});
  expect(fold?.body()).toEqual({ choices: [] });
});

it.each([
  [{ _baseURL: new URL("https://a.test/") }, [{}], "https://a.test/"],
  [{ _baseURL: new URL("https://a.test/") }, [{}, { serverURL: "https://b.test" }], "https://b.test"],
  [{ baseURL: new URL("https://a.test/") }, [{}], "https://a.test/"],
  [{ _baseURL: null }, [{}], undefined],
])("finds the server of %j for %j", (resource, args, expected) => {
  expect(baseUrlOf(resource, args)).toBe(expected);
});
