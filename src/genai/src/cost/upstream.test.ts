import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { costAt } from "./price.js";
import { loadUpstreamPrices } from "./upstream.js";

const entries: Record<string, unknown>[] = JSON.parse(
  readFileSync(new URL("../../data/upstream-prices.json", import.meta.url), "utf8"),
);
const { list } = loadUpstreamPrices();
const cost = (model: string, input: number, output: number) => {
  const price = list.find(model, "strict");
  return price && costAt(price, { input, output });
};

describe("the data file", () => {
  it("holds 29 models, each with where its price is from, and all load", () => {
    expect(entries).toHaveLength(29);
    for (const entry of entries) {
      expect(entry).toMatchObject({
        provider: expect.stringMatching(/./),
        source: expect.stringMatching(/./),
        as_of: expect.stringMatching(/^\d{4}-\d{2}/),
      });
      expect(list.exactly(String(entry.model))).toMatchObject({
        input: entry.input_cost_per_1k,
        output: entry.output_cost_per_1k,
      });
    }
  });

  it.each([
    ["gpt-4o", 0.0025, 0.01],
    ["gpt-4o-mini", 0.00015, 0.0006],
    ["gpt-4-turbo", 0.01, 0.03],
    ["gpt-4", 0.03, 0.06],
    ["gpt-3.5-turbo", 0.0005, 0.0015],
    ["o1", 0.015, 0.06],
    ["o1-mini", 0.003, 0.012],
    ["o1-pro", 0.15, 0.6],
    ["o3", 0.01, 0.04],
    ["o3-mini", 0.0011, 0.0044],
    ["o4-mini", 0.0011, 0.0044],
    ["claude-opus-4", 0.015, 0.075],
    ["claude-opus-4-0", 0.015, 0.075],
    ["claude-sonnet-4", 0.003, 0.015],
    ["claude-sonnet-4-0", 0.003, 0.015],
    ["claude-3-5-sonnet", 0.003, 0.015],
    ["claude-3-5-haiku", 0.0008, 0.004],
    ["claude-3-opus", 0.015, 0.075],
    ["claude-3-sonnet", 0.003, 0.015],
    ["claude-3-haiku", 0.00025, 0.00125],
    ["gemini-2.0-flash", 0.0001, 0.0004],
    ["gemini-1.5-pro", 0.00125, 0.005],
    ["gemini-1.5-flash", 0.000075, 0.0003],
    ["llama-3.1-70b", 0.00035, 0.0004],
    ["llama-3.1-8b", 0.00005, 0.00008],
    ["mistral-large", 0.002, 0.006],
    ["mistral-small", 0.0002, 0.0006],
    ["command-r-plus", 0.003, 0.015],
    ["command-r", 0.0005, 0.0015],
  ])("prices 1,000 tokens into %s at %d and out of it at %d", (model, input, output) => {
    expect(cost(model, 1_000, 0)).toBeCloseTo(input, 12);
    expect(cost(model, 0, 1_000)).toBeCloseTo(output, 12);
  });
});

describe("by strict names", () => {
  it.each([
    ["gpt-4o-2024-08-06", "gpt-4o"],
    ["openai/gpt-4o", "gpt-4o"],
    ["gpt-4o-mini-2024-07-18", "gpt-4o-mini"],
    ["claude-opus-4-20250514", "claude-opus-4"],
    ["claude-3-5-sonnet-latest", "claude-3-5-sonnet"],
    ["gpt-4-0613", "gpt-4"],
    ["mistral-large-2411", "mistral-large"],
    ["llama-3.1-70b-instruct", "llama-3.1-70b"],
    ["models/gemini-1.5-pro", "gemini-1.5-pro"],
    ["us.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet"],
    ["gemini-2.0-flash-exp", "gemini-2.0-flash"],
    ["o1-preview-2024-09-12", "o1"],
    ["gpt-4-turbo-preview", "gpt-4-turbo"],
    ["gpt-4-1106-preview", "gpt-4-turbo"],
    ["gpt-4-0125-preview", "gpt-4-turbo"],
    ["claude-haiku", "claude-3-haiku"],
  ])("%s is %s", (model, known) => {
    expect(list.find(model, "strict")).toEqual(list.exactly(known));
    expect(list.exactly(known)).toBeDefined();
  });

  it.each([
    "gpt-4.1",
    "o3-pro",
    "claude-opus-4-5",
    "gpt-4o-realtime-preview",
    "gpt-4-32k",
    "gemini-1.5-flash-8b",
    "command-r7b-12-2024",
    "ft:gpt-4o-2024-08-06:org::id",
    "",
  ])("%s is unknown", (model) => {
    expect(list.find(model, "strict")).toBeUndefined();
  });
});

it("takes by prefix whatever begins alike, the longest name first", () => {
  expect(list.find("gpt-4.1", "prefix")).toEqual(list.exactly("gpt-4"));
  expect(list.find("gpt-4o-mini-search", "prefix")).toEqual(list.exactly("gpt-4o-mini"));
  expect(list.find("claude-opus-4-5", "prefix")).toEqual(list.exactly("claude-opus-4"));
  expect(list.find("nobody-knows", "prefix")).toBeUndefined();
});
