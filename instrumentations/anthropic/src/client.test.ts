import { readEndpoint } from "@kit/genai/framework";
import { expect, it } from "vitest";
import { providerOf, readErrorCode } from "./client.js";

it.each([
  ["https://api.anthropic.com", "anthropic"],
  ["https://bedrock-runtime.us-east-1.amazonaws.com", "aws.bedrock"],
  ["https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "aws.bedrock"],
  ["https://us-east5-aiplatform.googleapis.com/v1", "gcp.vertex_ai"],
  ["https://aiplatform.googleapis.com/v1", "gcp.vertex_ai"],
  ["https://aiplatform.eu.rep.googleapis.com/v1", "gcp.vertex_ai"],
  ["https://example-resource.services.ai.azure.com/anthropic/", "anthropic"],
  ["https://api.deepseek.com/anthropic", "deepseek"],
  ["https://bedrock.example.org", undefined],
  ["no url", undefined],
  [undefined, undefined],
])("takes %s for %s", (baseURL, provider) => {
  const told = providerOf(baseURL === undefined ? {} : { baseURL });
  expect(told ?? readEndpoint(baseURL).provider).toBe(provider);
});

it("believes the client of a platform, whatever its base URL", () => {
  expect(providerOf({ baseURL: "https://gateway.example.org", _genAIProviderName: "aws.bedrock" })).toBe(
    "aws.bedrock",
  );
  expect(
    providerOf({ baseURL: "https://gateway.example.org", _genAIProviderName: "anthropic" }),
  ).toBeUndefined();
});

it("knows the clients of platforms from before they told, whatever their base URL", () => {
  const baseURL = "https://gateway.example.org";
  expect(providerOf(Object.assign({ baseURL }, { awsSecretKey: null }))).toBe("aws.bedrock");
  expect(providerOf(Object.assign({ baseURL }, { projectId: null }))).toBe("gcp.vertex_ai");
  // npm gives an old client of a platform the newest SDK, whose own name it does not replace.
  const told = { baseURL, _genAIProviderName: "anthropic" };
  expect(providerOf(Object.assign({ awsSecretKey: null }, told))).toBe("aws.bedrock");
  expect(providerOf(Object.assign({ projectId: null }, told))).toBe("gcp.vertex_ai");
});

it.each([
  [
    "an error event, as later versions keep it",
    { error: { type: "error", error: { type: "overloaded_error" } } },
    "overloaded_error",
  ],
  ["an error body without its envelope", { error: { type: "api_error" } }, "api_error"],
  [
    "an error event, as versions before 0.33 quote it",
    { message: 'SSE Error: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}' },
    "overloaded_error",
  ],
  [
    "the same one level down",
    { message: "Connection error.", cause: { message: '{"type": "api_error"}' } },
    "api_error",
  ],
  ["a lost connection", { message: "Connection error." }, undefined],
  ["something that is no error", null, undefined],
  ["a thrown text", "overloaded_error", undefined],
])("reads the provider's word from %s", (_, error, code) => {
  expect(readErrorCode(error)).toBe(code);
});
