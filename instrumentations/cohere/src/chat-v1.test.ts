import { expect, it } from "vitest";
import { chatV1 } from "./chat-v1.js";

const PLAN = { eventType: "tool-calls-chunk", text: "I look." };
const CALLS = [{ name: "look", parameters: { at: "a" } }];

it("has what was told of a stream that is left, and the application may work on that", () => {
  const fold = chatV1(true).fold?.(true);
  const calls = structuredClone(CALLS);
  fold?.add({ eventType: "stream-start", generationId: "g" });
  fold?.add(PLAN);
  fold?.add({ eventType: "tool-calls-generation", text: "I look.", toolCalls: calls });
  calls.pop();
  expect(fold?.body()).toEqual({ generationId: "g", finishReason: null, text: "I look.", toolCalls: CALLS });
});

it("prefers the text that the last event tells whole", () => {
  const fold = chatV1(true).fold?.(true);
  fold?.add({ eventType: "stream-end", finishReason: "COMPLETE", response: { text: "Hi" } });
  expect(fold?.body()).toMatchObject({ text: "Hi", finishReason: "COMPLETE" });
});

it("keeps nothing of what is said without content", () => {
  const fold = chatV1(true).fold?.(false);
  fold?.add(PLAN);
  fold?.add({ eventType: "tool-calls-generation", toolCalls: CALLS });
  fold?.add({ eventType: "stream-end", response: { responseId: "r", text: "I look.", toolCalls: CALLS } });
  expect(fold?.body()).toEqual({ responseId: "r", meta: undefined, finishReason: null });
});
