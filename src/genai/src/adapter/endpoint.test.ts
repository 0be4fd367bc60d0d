import { expect, it } from "vitest";
import { mayBeGateway, readEndpoint } from "./endpoint.js";

it.each([
  ["https://api.openai.com/v1", "openai", "api.openai.com", 443],
  ["https://my-resource.openai.azure.com/openai", "azure.ai.openai", "my-resource.openai.azure.com", 443],
  ["https://api.deepseek.com", "deepseek", "api.deepseek.com", 443],
  ["https://api.x.ai/v1", "x_ai", "api.x.ai", 443],
  ["https://eu-west-1.api.x.ai/v1", "x_ai", "eu-west-1.api.x.ai", 443],
  ["https://api.groq.com/openai/v1", "groq", "api.groq.com", 443],
  ["https://api.mistral.ai/v1", "mistral_ai", "api.mistral.ai", 443],
  ["https://api.eu.mistral.ai/v1", "mistral_ai", "api.eu.mistral.ai", 443],
  ["https://api.us.mistral.ai/v1", "mistral_ai", "api.us.mistral.ai", 443],
  ["https://api.perplexity.ai", "perplexity", "api.perplexity.ai", 443],
  ["https://api.moonshot.cn/v1", "moonshot_ai", "api.moonshot.cn", 443],
  ["https://openrouter.ai/api/v1", "openrouter", "openrouter.ai", 443],
  [
    "https://generativelanguage.googleapis.com/v1beta/openai/",
    "gcp.gemini",
    "generativelanguage.googleapis.com",
    443,
  ],
  [
    "https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1",
    "aws.bedrock",
    "bedrock-runtime.us-west-2.amazonaws.com",
    443,
  ],
  [
    "https://bedrock-mantle.us-west-2.api.aws/openai/v1",
    "aws.bedrock",
    "bedrock-mantle.us-west-2.api.aws",
    443,
  ],
  [
    "https://us-east5-aiplatform.googleapis.com/v1",
    "gcp.vertex_ai",
    "us-east5-aiplatform.googleapis.com",
    443,
  ],
  ["http://localhost:11434/v1", "ollama", "localhost", 11434],
  ["http://127.0.0.1:8000/v1", "vllm", "127.0.0.1", 8000],
  ["http://0.0.0.0:4000", "litellm", "0.0.0.0", 4000],
  ["https://litellm.corp.example/v1", "litellm", "litellm.corp.example", 443],
])("reads %s as %s at %s:%i", (url, provider, address, port) => {
  expect(readEndpoint(url)).toEqual({ provider, address, port });
});

it("names no provider for a host that tells nothing", () => {
  expect(readEndpoint("https://gateway.example:8000/v1")).toEqual({
    provider: undefined,
    address: "gateway.example",
    port: 8000,
  });
});

it("is not fooled by a host that only begins like a provider's", () => {
  expect(readEndpoint("https://api.openai.com.evil.example/v1").provider).toBeUndefined();
  expect(readEndpoint("https://notapi.groq.com/v1").provider).toBeUndefined();
});

it("gives port 80 for plain http and takes the brackets off an IPv6 host", () => {
  expect(readEndpoint("http://[::1]/v1")).toEqual({ provider: undefined, address: "::1", port: 80 });
});

it.each([undefined, null, "", "not a url", 42])("says nothing about %s", (url) => {
  expect(readEndpoint(url)).toEqual({ provider: undefined, address: undefined, port: undefined });
});

it.each([
  ["https://api.openai.com/v1", false],
  ["https://my-resource.openai.azure.com/openai", false],
  ["http://127.0.0.1:4000", true],
  ["http://127.0.0.1:8000/v1", true],
  ["https://llm.corp.example/v1", true],
])("expects a gateway at %s: %s", (url, expected) => {
  expect(mayBeGateway(readEndpoint(url))).toBe(expected);
});
