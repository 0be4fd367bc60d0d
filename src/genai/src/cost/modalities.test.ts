import { calcPrice } from "@pydantic/genai-prices";
import { describe, expect, it } from "vitest";
import type { Usage } from "../adapter/usage.js";
import { CostCalculator } from "./calculator.js";

const costs = new CostCalculator();

/** Models whose tokens of sound or pictures have prices of their own, with the table's name of their provider. */
const MODELS = [
  ["openai", "gpt-image-1", "openai"],
  ["openai", "gpt-image-1-mini", "openai"],
  ["openai", "gpt-image-1.5", "openai"],
  ["openai", "gpt-realtime", "openai"],
  ["gcp.gemini", "gemini-2.5-flash", "google"],
  ["gcp.gemini", "gemini-2.5-flash-image", "google"],
  ["openai", "gpt-4o", "openai"],
] as const;

/** Usage in our words and in the table's. */
const USAGES: readonly (readonly [name: string, Usage, Parameters<typeof calcPrice>[0]])[] = [
  [
    "pictures in",
    { input: 1_000, output: 10, imageInput: 600 },
    { input_tokens: 1_000, output_tokens: 10, input_image_tokens: 600 },
  ],
  [
    "pictures out",
    { input: 10, output: 1_000, imageOutput: 900 },
    { input_tokens: 10, output_tokens: 1_000, output_image_tokens: 900 },
  ],
  [
    "pictures from the cache",
    { input: 1_000, output: 0, cacheRead: 500, imageInput: 800, imageCacheRead: 400 },
    {
      input_tokens: 1_000,
      output_tokens: 0,
      cache_read_tokens: 500,
      input_image_tokens: 800,
      cache_image_read_tokens: 400,
    },
  ],
  [
    "sound in and out, and from the cache",
    { input: 1_000, output: 100, cacheRead: 500, audioInput: 800, audioCacheRead: 400, audioOutput: 70 },
    {
      input_tokens: 1_000,
      output_tokens: 100,
      cache_read_tokens: 500,
      input_audio_tokens: 800,
      cache_audio_read_tokens: 400,
      output_audio_tokens: 70,
    },
  ],
];

describe.each(MODELS)("%s %s", (provider, model, providerId) => {
  it.each(USAGES)("prices %s as the maintained table does", (_, usage, tableUsage) => {
    const expected = calcPrice(tableUsage, model, { providerId })?.total_price;
    expect(expected).toBeGreaterThan(0);
    expect(costs.cost(provider, [model], usage)).toBeCloseTo(expected ?? Number.NaN, 9);
  });
});

it("takes sound and pictures for fresh where the provider does not say which were cached", () => {
  const usage = { input: 1_000, output: 0, cacheRead: 400, imageInput: 500 };
  const dollars = (100 * 5 + 500 * 10 + 400 * 1.25) / 1e6;
  expect(costs.cost("openai", ["gpt-image-1"], usage)).toBeCloseTo(dollars, 9);
});

it("adds searches of the web and of files", () => {
  const tokens = { input: 1_000, output: 0 };
  const searching = { ...tokens, webSearches: 3, fileSearches: 2 };
  const bare = costs.cost("openai", ["gpt-4o"], tokens) ?? Number.NaN;
  expect(costs.cost("openai", ["gpt-4o"], searching)).toBeCloseTo(bare + 0.03 + 0.005, 9);
});
