import { expect, it } from "vitest";
import { CohereFold, readCohereAnswer, readCohereRequest } from "./cohere-chat.js";

it("reads who said what, and the results of tools", () => {
  const asked = {
    message: "And?",
    chat_history: [
      { role: "USER", message: "Hi" },
      { role: "CHATBOT", message: "Hello" },
    ],
    tool_results: [{ call: { name: "look" }, outputs: [{ text: "found" }] }],
  };
  const content = readCohereRequest(asked, "m", false).content?.();
  expect(content?.inputMessages).toEqual([
    { role: "user", parts: [{ type: "text", content: "Hi" }] },
    { role: "assistant", parts: [{ type: "text", content: "Hello" }] },
    { role: "user", parts: [{ type: "text", content: "And?" }] },
    { role: "tool", parts: [{ type: "tool_call_response", response: [{ text: "found" }] }] },
  ]);
});

it("reads results of tools without a message, and an answer that only calls tools", () => {
  const asked = { tool_results: [{ outputs: [1] }] };
  expect(readCohereRequest(asked, "m", false).content?.().inputMessages).toHaveLength(1);
  const answer = { text: "", tool_calls: [{ name: "look" }], meta: { billed_units: { output_tokens: 4 } } };
  const facts = readCohereAnswer(answer);
  expect(facts.content?.().outputMessages?.[0]?.parts).toMatchObject([{ type: "tool_call", name: "look" }]);
  expect(facts.usage).toEqual({ input: undefined, output: 4 });
});

it("takes the reason of a stream from its answer", () => {
  const fold = new CohereFold(false);
  fold.add({ event_type: "stream-end", response: { finish_reason: "COMPLETE" } });
  expect(fold.body().finish_reason).toBe("COMPLETE");
});

it("keeps neither texts nor calls of a stream without content, but the reason", () => {
  const fold = new CohereFold(false);
  fold.add({ event_type: "text-generation", text: "secret" });
  const tool_calls = [{ name: "look", parameters: { at: "secret" } }];
  fold.add({ event_type: "stream-end", finish_reason: "COMPLETE", response: { tool_calls } });
  expect(JSON.stringify(fold.body())).not.toContain("secret");
  expect(readCohereAnswer(fold.body()).finishReasons).toEqual(["COMPLETE"]);
});
