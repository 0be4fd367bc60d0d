import { expect, it } from "vitest";
import { chat } from "./chat.js";
import { completions } from "./completions.js";

it.each([
  ["flex", "flex"],
  ["auto", undefined],
  [null, undefined],
])("tells the service tier %s that was asked for as %s", (tier, told) => {
  const { ownAttributes } = chat.request({ service_tier: tier });
  expect(ownAttributes?.["openai.request.service_tier"]).toBe(told);
});

it("names the API of a chat, for which the conventions have a word, and of a legacy completion none", () => {
  expect(chat.request({}).ownAttributes).toEqual({ "openai.api.type": "chat_completions" });
  expect(completions.request({}).ownAttributes).toEqual({});
});

it("tells the tier that served the call and the system's fingerprint beside all else of the answer", () => {
  const body = { id: "c1", service_tier: "default", system_fingerprint: "fp" };
  expect(chat.response?.(body, { operation: "chat" })).toMatchObject({
    id: "c1",
    ownAttributes: {
      "openai.response.service_tier": "default",
      "openai.response.system_fingerprint": "fp",
    },
  });
  expect(chat.response?.({ system_fingerprint: null }, { operation: "chat" }).ownAttributes).toEqual({});
});

it.each([
  ["flex", "default", "default"],
  [undefined, "priority", "priority"],
  ["flex", null, "flex"],
  [undefined, null, undefined],
])("has the price of the tier that served the call: asked for %s and told %s, %s", (asked, told, term) => {
  const request = chat.request({ service_tier: asked });
  const body = { service_tier: told, usage: { prompt_tokens: 1, completion_tokens: 2 } };
  expect(chat.response?.(body, request).usage).toMatchObject({ input: 1, terms: [term] });
});
