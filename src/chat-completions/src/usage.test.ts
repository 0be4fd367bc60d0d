import { expect, it } from "vitest";
import { readCompletionUsage, readTokenUsage } from "./usage.js";

it.each([
  ["OpenRouter's charge", { cost: 0.25 }, { costUsd: 0.25 }],
  [
    "OpenRouter's fee and what the provider bills for the caller's own key",
    { cost: 0.25, is_byok: true, cost_details: { upstream_inference_cost: 1 } },
    { costUsd: 1.25 },
  ],
  [
    "OpenRouter's charge beside what the provider bills OpenRouter",
    { cost: 0.25, is_byok: false, cost_details: { upstream_inference_cost: 0.25 } },
    { costUsd: 0.25 },
  ],
  ["no charge that is a fee alone", { cost: 0, is_byok: true }, { costUsd: undefined }],
  ["Perplexity's list of costs", { cost: { total_cost: 0.5 } }, { costUsd: 0.5 }],
  ["xAI's charge in ticks", { cost_in_usd_ticks: 37_756_000 }, { costUsd: 0.0037756 }],
  ["a charge of no ticks", { cost_in_usd_ticks: 0 }, { costUsd: 0 }],
  ["DeepInfra's charge", { estimated_cost: 8.775e-6 }, { costUsd: 8.775e-6 }],
  [
    "reasoning that stands beside the output, as the total tells",
    { output_tokens: 4, total_tokens: 34, output_tokens_details: { reasoning_tokens: 20 } },
    { output: 24, reasoning: 20 },
  ],
  [
    "reasoning that the output has",
    { output_tokens: 24, total_tokens: 34, output_tokens_details: { reasoning_tokens: 20 } },
    { output: 24, reasoning: 20 },
  ],
])("reads %s in the usage of responses", (_, usage, read) => {
  expect(readTokenUsage({ input_tokens: 10, ...usage })).toMatchObject(read);
});

it.each([
  ["thoughts of Gemini, which only its total has", "gemini-3-flash-preview", { completion_tokens: 3 }, 96],
  ["thoughts of Gemini alone, when it was cut off", "google/gemini-2.5-pro", {}, 96],
  [
    "thoughts that are told apart",
    "google/gemini-2.5-pro",
    { completion_tokens: 3, completion_tokens_details: { reasoning_tokens: 93 } },
    96,
  ],
  ["no more than another model's own count", "gpt-4o", { completion_tokens: 3 }, 3],
])("reads as output %s", (_, model, usage, output) => {
  expect(readCompletionUsage({ prompt_tokens: 9, total_tokens: 105, ...usage }, model)).toMatchObject({
    input: 9,
    output,
  });
});

it("leaves Gemini's count alone when there is no larger total", () => {
  const read = (usage: object) =>
    readCompletionUsage({ completion_tokens: 3, ...usage }, "gemini-2.0-flash")?.output;
  expect([read({}), read({ prompt_tokens: 9 }), read({ prompt_tokens: 9, total_tokens: 11 })]).toEqual([
    3, 3, 3,
  ]);
});

it("counts sound as input where Mistral leaves it out, as the total shows", () => {
  const usage = { prompt_tokens: 9, completion_tokens: 248, prompt_tokens_details: { audio_tokens: 375 } };
  expect(readCompletionUsage({ ...usage, total_tokens: 632 })).toMatchObject({ input: 384, audioInput: 375 });
  expect(readCompletionUsage({ ...usage, prompt_tokens: 384, total_tokens: 632 })).toMatchObject({
    input: 384,
    output: 248,
    audioInput: 375,
  });
});
