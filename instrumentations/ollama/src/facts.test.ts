import { expect, it } from "vitest";
import { ChatFold, GenerateFold } from "./answer-fold.js";
import { embeddings } from "./embeddings.js";
import { readParameters } from "./parameters.js";

it("reads the parameters that only some requests have", () => {
  const options = { frequency_penalty: 0.5, presence_penalty: 0.25 };
  expect(readParameters("chat", { format: { type: "object" }, think: "low", options })).toMatchObject({
    outputType: "json",
    reasoningLevel: "low",
    frequencyPenalty: 0.5,
    presencePenalty: 0.25,
  });
  expect(readParameters("chat", { think: true, options: null }).reasoningLevel).toBeUndefined();
});

it("counts the dimensions of the older form", () => {
  expect(embeddings.response?.({ embedding: [1, 2, 3] }, { operation: "embeddings" }).dimensions).toBe(3);
});

it("keeps no text of a stream when content is off", () => {
  const [chat, text] = [new ChatFold(false), new GenerateFold(false)];
  const called = [{ function: { name: "look", arguments: { at: "secret" } } }];
  chat.add({ message: { content: "secret", thinking: "secret", tool_calls: called } });
  text.add({ response: "secret", thinking: "secret", done_reason: "stop" });
  expect(JSON.stringify([chat.body(), text.body()])).not.toContain("secret");
  expect(text.body().done_reason).toBe("stop");
});

it("keeps calls as they came, whatever the application makes of them", () => {
  const fold = new ChatFold(true);
  const given = { at: "a" };
  fold.add({ message: { tool_calls: [{ function: { name: "look", arguments: given } }] } });
  given.at = "b";
  expect(fold.body().message?.tool_calls?.[0]?.function?.arguments).toEqual({ at: "a" });
});
