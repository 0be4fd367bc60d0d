import { expect, it } from "vitest";
import { readLiteLLMHeaders } from "./litellm.js";

const read = (headers: Record<string, string>) => readLiteLLMHeaders((name) => headers[name]);

it("knows a proxy by the call's id or by its price, and nothing else by them", () => {
  expect(read({ "x-request-id": "r", "x-ratelimit-limit-requests": "5" })).toBeUndefined();
  for (const name of ["call-id", "response-cost"]) {
    expect(read({ [`x-litellm-${name}`]: "1" })).toMatchObject({
      provider: "litellm",
      attributes: { "kit.provenance": "litellm_proxy" },
    });
  }
});

it("tells call, deployment, model and version", () => {
  const facts = read({
    "x-litellm-call-id": "call-1",
    "x-litellm-model-id": "deployment-1",
    "x-litellm-model-name": "openai/gpt-4o-mini",
    "x-litellm-version": "1.109.1",
  });
  expect(facts?.attributes).toEqual({
    "kit.provenance": "litellm_proxy",
    "kit.litellm.call_id": "call-1",
    "kit.litellm.model_id": "deployment-1",
    "kit.litellm.model_name": "openai/gpt-4o-mini",
    "kit.litellm.version": "1.109.1",
  });
});

it.each([
  ["1.35e-05", 1.35e-5],
  ["0.0", 0],
  ["", undefined],
  ["None", Number.NaN],
])("reads the price %j as %s", (header, dollars) => {
  expect(read({ "x-litellm-response-cost": header })?.costUsd).toBe(dollars);
});

it.each([
  ["openai/gpt-4o-mini", { provider: "openai", model: "gpt-4o-mini" }],
  ["azure/my-deployment", { provider: "azure.ai.openai", model: "my-deployment" }],
  ["together_ai/meta-llama/Llama-3", { provider: "together", model: "meta-llama/Llama-3" }],
  ["gpt-4o-mini", undefined],
])("reads whose model %s is", (name, served) => {
  expect(read({ "x-litellm-call-id": "1", "x-litellm-model-name": name })?.served).toEqual(served);
});
