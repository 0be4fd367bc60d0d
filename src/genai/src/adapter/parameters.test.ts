import { expect, it } from "vitest";
import { readParameters } from "./parameters.js";

it("reads the names that APIs share, the later ones first", () => {
  expect(
    readParameters("chat", { model: "m", max_tokens: 1, max_completion_tokens: 2, top_k: 0, n: 3, seed: 0 }),
  ).toEqual({ operation: "chat", model: "m", maxTokens: 2, topK: 0, choiceCount: 3, seed: 0 });
});

it.each([
  [{ stop: "a" }, "a"],
  [{ stop: ["a"] }, ["a"]],
  [{ stop_sequences: ["b"] }, ["b"]],
  [{ stop: null, stop_sequences: ["b"] }, ["b"]],
])("reads where to stop from %j", (params, stopSequences) => {
  expect(readParameters("chat", params).stopSequences).toEqual(stopSequences);
});
