import type { Attributes } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { messageBody } from "../support/provider/anthropic-answers.js";
import { chunk } from "../support/provider/openai-answers.js";
import { json, script } from "../support/provider-server.js";
import { run as runAnthropic } from "./anthropic-run.js";
import { run as runOpenAI } from "./openai-run.js";

const messages = [{ role: "user" as const, content: "Hi" }];

const priced = (attributes: Attributes) => ({
  dollars: attributes["kit.cost.usd"],
  terms: attributes["kit.price.terms"],
});

describe("a chat in a service tier", () => {
  const usage = { prompt_tokens: 1_000, completion_tokens: 1_000, total_tokens: 2_000 };
  const choices = [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hi" } }];
  const usual = 0.0125;
  const tiers = [
    ["default", usual, undefined],
    ["flex", usual / 2, ["flex"]],
    ["priority", undefined, ["priority"]],
  ] as const;

  it.each(tiers)("has the price of %s", async (service_tier, dollars, terms) => {
    const answer = json({ id: "c1", model: "gpt-4o", choices, usage, service_tier });
    const { onlySpan } = await runOpenAI(answer, (client) =>
      client.chat.completions.create({ model: "gpt-4o", messages, service_tier }),
    );
    expect(priced(onlySpan().attributes)).toEqual({ dollars, terms });
  });

  it.each(tiers)("has the price of %s when it is streamed", async (service_tier, dollars, terms) => {
    const last = { ...chunk({}, "stop"), model: "gpt-4o", service_tier, usage };
    const { onlySpan } = await runOpenAI(script([chunk({ content: "Hi" }), last]), async (client) => {
      for await (const _ of await client.chat.completions.create({
        model: "gpt-4o",
        messages,
        stream: true,
      }));
    });
    expect(priced(onlySpan().attributes)).toEqual({ dollars, terms });
  });

  it("has the price that the application gives for it", async () => {
    const answer = json({ id: "c1", model: "gpt-4o", choices, usage, service_tier: "priority" });
    const prices = { "gpt-4o": { input: 1, output: 1, tiers: { priority: [2, 3] } } } as const;
    const ask = { model: "gpt-4o", messages };
    const { onlySpan } = await runOpenAI(answer, (client) => client.chat.completions.create(ask), {
      config: { prices },
    });
    expect(priced(onlySpan().attributes)).toEqual({ dollars: 5, terms: ["priority"] });
  });
});

describe("a message", () => {
  it.each([
    ["standard", "standard", "global", 0.018, undefined],
    ["standard", "standard", "us", 0.0198, ["us"]],
    ["standard", "fast", "global", undefined, ["fast"]],
    ["priority", "standard", "global", undefined, ["priority"]],
  ])("has the price of the tier %s, the speed %s and the place %s", async (...given) => {
    const [service_tier, speed, inference_geo, dollars, terms] = given;
    const usage = { input_tokens: 1_000, output_tokens: 1_000, service_tier, speed, inference_geo };
    const answer = json({ ...messageBody([], "end_turn"), model: "claude-sonnet-4-5", usage });
    const { onlySpan } = await runAnthropic(answer, (client) =>
      client.messages.create({ model: "claude-sonnet-4-5", max_tokens: 9, messages }),
    );
    expect(priced(onlySpan().attributes)).toEqual({ dollars, terms });
  });
});
