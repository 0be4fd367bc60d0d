import { afterEach, expect, it, vi } from "vitest";
import { serverOf } from "./servers.js";

afterEach(() => vi.unstubAllEnvs());

it.each([
  ["gpt-4o-mini", undefined, "https://api.openai.com/v1"],
  ["openai/my-model", undefined, "https://api.openai.com/v1"],
  ["claude-2", "anthropic", "https://api.anthropic.com"],
  ["command-nightly", "cohere", "https://api.cohere.ai"],
  ["ollama/llama3", "ollama", "http://127.0.0.1:11434"],
  ["mistral/mistral-tiny", "mistral_ai", "https://api.mistral.ai"],
  ["nobody-1", "litellm", undefined],
])("finds from the model %s the provider %s at %s", (model, provider, baseUrl) => {
  expect(serverOf([{ model }])).toEqual({ provider, baseUrl });
});

it("takes the base URL from the arguments", () => {
  const baseUrl = "http://127.0.0.1:9999";
  expect(serverOf([{ model: "ollama/llama3", baseUrl }])).toEqual({ provider: "ollama", baseUrl });
});

it("finds OpenAI's embeddings where the SDK sends them", () => {
  vi.stubEnv("OPENAI_BASE_URL", "https://gateway.example/v1");
  expect(serverOf([{ model: "text-embedding-3-small" }]).baseUrl).toBe("https://gateway.example/v1");
});

it.each([[[]], [[null]], [[{ model: 7 }]]])("finds no provider in %j", (args) => {
  expect(serverOf(args)).toEqual({ provider: "litellm" });
});
