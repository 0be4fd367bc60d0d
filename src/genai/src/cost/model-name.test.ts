import { expect, it } from "vitest";
import { toModelName } from "./model-name.js";

it.each([
  [" GPT-4o ", "gpt-4o"],
  ["openai/gpt-4o", "gpt-4o"],
  ["models/gemini-1.5-pro", "gemini-1.5-pro"],
  ["accounts/fireworks/models/llama-3.1-8b", "llama-3.1-8b"],
  ["us.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet-20241022"],
  ["us-gov.anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20240307"],
  ["anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20240307"],
  [
    "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
    "claude-3-haiku-20240307",
  ],
  ["arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0", "nova-lite"],
  ["claude-3-5-sonnet@20240620", "claude-3-5-sonnet"],
  ["gpt-3.5-turbo", "gpt-3.5-turbo"],
  ["llama3.1:8b", "llama3.1"],
])("reads %s as %s", (model, name) => {
  expect(toModelName(model)).toBe(name);
});

it.each([
  "ft:gpt-4o-2024-08-06:org::id",
  "FT:gpt-4o",
  "openai/ft:gpt-4o:org",
  "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-lite-v1:0/abcdefghij12",
  "bedrock/arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:imported-model/abcdefghij12",
  "arn:aws:sagemaker:us-east-1:123456789012:endpoint/amazon.nova-lite-v1",
  "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1",
])("knows no %s", (model) => {
  expect(toModelName(model)).toBeUndefined();
});
