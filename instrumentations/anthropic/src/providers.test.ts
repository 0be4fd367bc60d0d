import { expect, it } from "vitest";
import { providerOf } from "./providers.js";

it.each([
  ["https://api.anthropic.com", undefined],
  ["https://bedrock-runtime.us-east-1.amazonaws.com", "aws.bedrock"],
  ["https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "aws.bedrock"],
  ["https://us-east5-aiplatform.googleapis.com/v1", "gcp.vertex_ai"],
  ["https://aiplatform.googleapis.com/v1", "gcp.vertex_ai"],
  ["https://aiplatform.eu.rep.googleapis.com/v1", "gcp.vertex_ai"],
  ["https://example-resource.services.ai.azure.com/anthropic/", "anthropic"],
  ["https://api.deepseek.com/anthropic", undefined],
  ["https://bedrock.example.org", undefined],
  ["no url", undefined],
  [undefined, undefined],
])("takes %s for %s", (baseURL, provider) => {
  expect(providerOf(baseURL === undefined ? {} : { baseURL })).toBe(provider);
});

it("believes the client of a platform, whatever its base URL", () => {
  expect(providerOf({ baseURL: "https://gateway.example.org", _genAIProviderName: "aws.bedrock" })).toBe(
    "aws.bedrock",
  );
  expect(
    providerOf({ baseURL: "https://gateway.example.org", _genAIProviderName: "anthropic" }),
  ).toBeUndefined();
});
