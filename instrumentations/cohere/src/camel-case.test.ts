import { expect, it } from "vitest";
import { inCamelCase } from "./camel-case.js";
import { chat } from "./chat.js";
import { chatV1 } from "./chat-v1.js";
import { embed } from "./embeddings.js";
import { generate } from "./generate.js";
import { rerank } from "./rerank.js";

const told = (value: unknown) => JSON.parse(JSON.stringify(value));
const raw = (value: object) => value as never;
const BILLED = { billed_units: { input_tokens: 8, output_tokens: 4 } };
const USAGE = { input: 8, output: 4 };

it("leaves alone what has such names, and takes nothing for an object without members", () => {
  const fitting = { inputTokens: 1 };
  expect(inCamelCase(fitting)).toBe(fitting);
  expect(inCamelCase<object>({ input_tokens: 1, id: "a" })).toEqual({ inputTokens: 1, id: "a" });
  expect(inCamelCase(null)).toEqual({});
  expect(inCamelCase("text" as never)).toEqual({});
});

it("reads answers that the module hands out as they came", () => {
  const message = {
    role: "assistant",
    tool_plan: "I look.",
    tool_calls: [{ id: "c", function: { name: "look" } }],
  };
  const request = { operation: "any" };
  const answer = chat(false).response?.(
    raw({ id: "a", finish_reason: "TOOL_CALL", message, usage: BILLED }),
    request,
  );
  expect(answer).toMatchObject({ id: "a", finishReasons: ["TOOL_CALL"], usage: USAGE });
  expect(told(answer?.content?.())).toEqual({
    outputMessages: [
      {
        role: "assistant",
        parts: [
          { type: "reasoning", content: "I look." },
          { type: "tool_call", id: "c", name: "look" },
        ],
      },
    ],
  });
  expect(
    chatV1(false).response?.(raw({ generation_id: "g", finish_reason: "COMPLETE", meta: BILLED }), request),
  ).toMatchObject({ id: "g", finishReasons: ["COMPLETE"], usage: USAGE });
  expect(embed.response?.(raw({ embeddings: [[1, 2]], meta: BILLED }), request)).toEqual({
    dimensions: 2,
    usage: { input: 8 },
  });
  expect(
    rerank.response?.(raw({ results: [{ index: 1, relevance_score: 0 }] }), request)?.content?.(),
  ).toEqual({
    retrievalDocuments: [{ id: "1", score: 0 }],
  });
});

it("reads requests with names of the API, which the module sends as they are", () => {
  const parameters = { model: "m", max_tokens: 5, stop_sequences: ["a"], response_format: { type: "text" } };
  const asked = { model: "m", maxTokens: 5, stopSequences: ["a"], outputType: "text" };
  const calls = [{ id: "c", function: { name: "look" } }];
  const messages = [
    { role: "assistant", tool_plan: "I look.", tool_calls: calls },
    { role: "tool", toolCallId: "c", toolContent: "sunny" },
  ];
  const request = chat(false).request(raw({ ...parameters, messages }));
  expect(request).toMatchObject(asked);
  expect(told(request.content?.()).inputMessages).toEqual([
    {
      role: "assistant",
      parts: [
        { type: "reasoning", content: "I look." },
        { type: "tool_call", id: "c", name: "look" },
      ],
    },
    { role: "tool", parts: [{ type: "tool_call_response", id: "c", response: "sunny" }] },
  ]);
  const turn = { role: "CHATBOT", tool_calls: [{ name: "look" }] };
  const tools = [{ name: "look", parameter_definitions: { at: { type: "str" } } }];
  const first = chatV1(false).request(raw({ ...parameters, chat_history: [turn], tools }));
  expect(first).toMatchObject(asked);
  expect(told(first.content?.())).toEqual({
    systemInstructions: [],
    inputMessages: [{ role: "assistant", parts: [{ type: "tool_call", name: "look" }] }],
    toolDefinitions: [{ type: "function", name: "look", parameters: { at: { type: "str" } } }],
  });
  expect(generate(false).request(raw({ prompt: "Hi", num_generations: 2, max_tokens: 5 }))).toMatchObject({
    choiceCount: 2,
    maxTokens: 5,
  });
  expect(embed.request(raw({ embedding_types: ["int8"], output_dimension: 256 }))).toMatchObject({
    encodingFormats: ["int8"],
    dimensions: 256,
  });
  expect(rerank.request(raw({ query: "Hi", top_n: 3 })).attributes).toEqual({ "gen_ai.retrieval.top_k": 3 });
});

it("reads events that the module hands out as they came", () => {
  const fold = chat(true).fold?.(true);
  fold?.add({ type: "message-start", id: "a", delta: {} });
  fold?.add(raw({ type: "tool-plan-delta", delta: { message: { tool_plan: "I look." } } }));
  fold?.add(raw({ type: "message-end", delta: { finish_reason: "COMPLETE", usage: BILLED } }));
  expect(fold?.body()).toMatchObject({ id: "a", finishReason: "COMPLETE", message: { toolPlan: "I look." } });
  const first = chatV1(true).fold?.(true);
  first?.add(raw({ event_type: "text-generation", text: "Hi" }));
  first?.add(
    raw({
      event_type: "stream-end",
      finish_reason: "COMPLETE",
      response: { response_id: "a", meta: BILLED },
    }),
  );
  expect(first?.body()).toMatchObject({
    responseId: "a",
    finishReason: "COMPLETE",
    text: "Hi",
    meta: BILLED,
  });
});
