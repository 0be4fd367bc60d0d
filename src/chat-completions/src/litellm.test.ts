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

it("tells how often it took to get the answer, and nothing where once was enough", () => {
  const told = (retries: string, fallbacks: string) =>
    read({
      "x-litellm-call-id": "call-1",
      "x-litellm-attempted-retries": retries,
      "x-litellm-attempted-fallbacks": fallbacks,
    })?.attributes;
  expect(told("2", "1")).toMatchObject({
    "kit.litellm.attempted_retries": 2,
    "kit.litellm.attempted_fallbacks": 1,
  });
  const once = { "kit.provenance": "litellm_proxy", "kit.litellm.call_id": "call-1" };
  for (const none of ["0", "", "None"]) expect(told(none, none)).toEqual(once);
});

it("takes an answer out of the cache for free, whatever it cost once", () => {
  const headers = { "x-litellm-call-id": "call-1", "x-litellm-response-cost": "0.25" };
  expect(read(headers)?.free).toBe(false);
  const cached = read({ ...headers, "x-litellm-cache-key": "key-1" });
  expect([cached?.free, cached?.attributes?.["kit.litellm.cache_key"]]).toEqual([true, "key-1"]);
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
