import { expect, it } from "vitest";
import { readTokenUsage } from "./usage.js";

it.each([
  ["OpenRouter's charge", { cost: 0.25 }, { costUsd: 0.25 }],
  ["Perplexity's list of costs", { cost: { total_cost: 0.5 } }, { costUsd: 0.5 }],
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
