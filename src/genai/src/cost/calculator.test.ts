import { describe, expect, it } from "vitest";
import { CostCalculator } from "./calculator.js";

const MILLION = { input: 1_000_000, output: 1_000_000 };
const CUSTOM = "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-lite-v1:0/abcdefghij12";
const HAIKU = "claude-3-haiku-20240307";

describe("from the table", () => {
  const costs = new CostCalculator();

  it.each([
    ["openai", "gpt-4o-2024-08-06", MILLION, 12.5],
    ["openai", "gpt-4o", { input: 1_000, output: 1_000 }, 0.0125],
    ["azure.ai.openai", "gpt-4o", MILLION, 12.5],
    ["anthropic", "claude-opus-4-1", MILLION, 90],
    ["groq", "llama-3.1-8b-instant", MILLION, 0.13],
    ["litellm", "openai/gpt-5-mini", MILLION, 2.25],
    ["some-gateway", "gpt-4o", MILLION, 12.5],
    ["gcp.gemini", "models/gemini-2.5-flash", MILLION, 2.8],
    ["gcp.vertex_ai", "google/gemini-2.5-flash", MILLION, 2.8],
    ["gcp.vertex_ai", "publishers/google/models/gemini-2.5-flash", MILLION, 2.8],
    ["groq", "openai/gpt-oss-120b", MILLION, 0.75],
    ["mistral_ai", "mistral-large-2411", MILLION, 8],
    ["mistral_ai", "mistral-large-latest", MILLION, 2],
    ["mistral_ai", "mistral-small-latest", MILLION, 0.4],
    ["mistral_ai", "pixtral-large-latest", MILLION, 8],
  ])("prices %s %s", (provider, model, usage, dollars) => {
    expect(costs.cost(provider, [model], usage)).toBeCloseTo(dollars, 9);
  });

  it("prices cached input at its own rate and counts it once", () => {
    const usage = { input: 1_000, output: 0, cacheRead: 400 };
    expect(costs.cost("openai", ["gpt-4o"], usage)).toBeCloseTo((600 * 2.5 + 400 * 1.25) / 1e6, 12);
  });

  it("prices cache writes of five minutes and of an hour apart", () => {
    const usage = { input: 3_000, output: 0, cacheWrite: 2_000, cacheWrite1h: 500 };
    const dollars = (1_000 * 15 + 1_500 * 18.75 + 500 * 30) / 1e6;
    expect(costs.cost("anthropic", ["claude-opus-4-1"], usage)).toBeCloseTo(dollars, 12);
  });

  it("prices no more of the writes by the hour than there were", () => {
    const usage = { input: 1_000, output: 0, cacheWrite: 100, cacheWrite1h: 500 };
    expect(costs.cost("anthropic", ["claude-opus-4-1"], usage)).toBeCloseTo((900 * 15 + 100 * 30) / 1e6, 12);
  });

  it("prices a large input by its tier, from the first token above it", () => {
    const at = (input: number) => costs.cost("google", ["gemini-2.5-pro"], { input, output: 0 });
    expect(at(200_000)).toBeCloseTo(0.25, 9);
    expect(at(200_001)).toBeCloseTo((200_001 * 2.5) / 1e6, 9);
  });

  it("takes the first model that is known", () => {
    expect(costs.cost("openai", [undefined, "nobody-knows", "gpt-4o"], MILLION)).toBeCloseTo(12.5, 9);
  });

  it("adds what is billed with the call, by its own model where it has one", () => {
    const some = { input: 1_000, output: 0 };
    const aside = [{ usage: some }, { model: "claude-opus-4-1", usage: some }];
    const cost = (more: typeof aside) =>
      costs.cost("anthropic", ["claude-sonnet-4-5"], { ...some, aside: more });
    expect(cost(aside)).toBeCloseTo((2 * 3 + 15) / 1_000, 9);
    expect(cost([{ model: "nobody-knows", usage: some }])).toBeUndefined();
  });

  it("is zero only for zero tokens", () => {
    expect(costs.cost("openai", ["gpt-4o"], { input: 0, output: 0 })).toBe(0);
  });

  it.each([
    ["an unknown model", "openai", "nobody-knows", MILLION],
    ["a fine-tune, which costs more than its base", "openai", "ft:gpt-4o-2024-08-06:org::id", MILLION],
    ["a model of one's own on Bedrock", "aws.bedrock", CUSTOM, MILLION],
    ["a call without usage", "openai", "gpt-4o", {}],
    ["input that is no count", "openai", "gpt-4o", { input: -5, output: 5 }],
    ["output that is no count", "openai", "gpt-4o", { input: 5, output: 0.5 }],
    ["a model on a server of one's own", "ollama", "llama-3.1-8b", MILLION],
    ["open weights that OpenAI does not serve", "openai", "gpt-oss-120b", MILLION],
  ])("is unknown for %s, never 0", (_, provider, model, usage) => {
    expect(costs.cost(provider, [model], usage)).toBeUndefined();
  });

  it.each([
    ["provisioned-model/abcdefghij12", undefined],
    ["application-inference-profile/abcdefghij12", 1.5],
  ])("goes by the answering model only if %s is billed like it", (asked, dollars) => {
    const models = [HAIKU, `arn:aws:bedrock:us-east-1:123456789012:${asked}`];
    expect(costs.cost("aws.bedrock", models, MILLION)).toBe(dollars);
  });
});

describe("by the terms of a call", () => {
  const costs = new CostCalculator();
  const cost = (provider: string, model: string, ...terms: (string | null | undefined)[]) =>
    costs.cost(provider, [model], { ...MILLION, terms });

  it.each([
    ["openai", "gpt-4o", "flex", 6.25],
    ["openai", "gpt-4o", "batch", 6.25],
    ["azure.ai.openai", "gpt-4o", "flex", 6.25],
    ["anthropic", "claude-opus-4-1", "batch", 45],
    ["groq", "llama-3.1-8b-instant", "flex", 0.13],
  ])("prices %s %s as %s", (provider, model, term, dollars) => {
    expect(cost(provider, model, term)).toBeCloseTo(dollars, 9);
  });

  it.each(["default", "standard", "auto", "on_demand", "global", "not_available", "", null, undefined])(
    "is the usual for %j",
    (term) => {
      expect(cost("openai", "gpt-4o", term)).toBeCloseTo(12.5, 9);
    },
  );

  it.each([
    ["openai", "gpt-4o", "priority"],
    ["openai", "gpt-4o", "scale"],
    ["anthropic", "claude-opus-4-1", "priority"],
    ["anthropic", "claude-opus-4-1", "fast"],
    ["mistral_ai", "mistral-small-latest", "flex"],
    ["openai", "gpt-4o", "constructor"],
  ])("is unknown for %s %s %s, whose price depends on more", (provider, model, term) => {
    expect(cost(provider, model, term)).toBeUndefined();
  });

  it("multiplies several", () => {
    expect(cost("anthropic", "claude-opus-4-1", "batch", "standard", "us")).toBeCloseTo(90 * 0.5 * 1.1, 9);
    expect(cost("anthropic", "claude-opus-4-1", "batch", "fast")).toBeUndefined();
  });

  it("leaves searches at their price, which no term changes", () => {
    const usage = { input: 1_000_000, output: 0, webSearches: 3 };
    const at = (...terms: string[]) => costs.cost("anthropic", ["claude-opus-4-5"], { ...usage, terms });
    expect(at()).toBeCloseTo(5 + 0.03, 9);
    expect(at("batch")).toBeCloseTo(2.5 + 0.03, 9);
  });

  it("adds searches to prices that change with time", () => {
    const usage = { input: 1_000_000, output: 0, webSearches: 3 };
    expect(costs.cost("anthropic", ["claude-opus-4-6"], { ...usage, terms: ["us"] })).toBeCloseTo(5.53, 9);
  });

  it("prices what is billed beside the call by the same terms, unless it has its own", () => {
    const some = { input: 1_000, output: 0 };
    const aside = [{ usage: some }, { usage: { ...some, terms: [] } }];
    const usage = { ...some, terms: ["batch"], aside };
    expect(costs.cost("anthropic", ["claude-sonnet-4-5"], usage)).toBeCloseTo((1.5 + 1.5 + 3) / 1_000, 9);
  });

  it("believes the provider's own figure whatever the terms", () => {
    expect(costs.cost("openrouter", ["gpt-4o"], { ...MILLION, costUsd: 0.42, terms: ["priority"] })).toBe(
      0.42,
    );
  });

  it("takes an own price for a term, and the provider's rule for others", () => {
    const own = new CostCalculator({
      "gpt-4o": { input: 2, output: 4, tiers: { priority: [5, 6], flex: { input: 0.5, output: 1 } } },
      plain: [1, 1],
    });
    const at = (model: string, ...terms: string[]) =>
      own.cost("openai", [model], { input: 1_000, output: 1_000, terms });
    expect(at("gpt-4o")).toBe(6);
    expect(at("gpt-4o-2024-08-06", "priority")).toBe(11);
    expect(at("gpt-4o", "flex")).toBe(1.5);
    expect(at("gpt-4o", "batch")).toBe(3);
    expect(at("gpt-4o", "scale")).toBeUndefined();
    expect(at("plain", "flex")).toBe(1);
    expect(at("plain", "priority")).toBeUndefined();
  });
});

it("believes the provider's own figure before any table", () => {
  expect(new CostCalculator().cost("openrouter", ["gpt-4o"], { ...MILLION, costUsd: 0.42 })).toBe(0.42);
});

it("knows models from the published list where the maintained table has none", () => {
  const costs = new CostCalculator();
  expect(costs.cost("mistral_ai", ["mistral-small"], MILLION)).toBeCloseTo(0.8, 9);
  expect(costs.cost("anthropic", ["claude-haiku"], MILLION)).toBeCloseTo(1.5, 9);
});

it("believes the maintained table before the published list, which is older", () => {
  expect(new CostCalculator().cost("openai", ["o3"], MILLION)).toBeCloseTo(10, 9);
});

it("keeps a billionth of a dollar", () => {
  const costs = new CostCalculator({ small: [0.000001, 0.0000004] });
  expect(costs.cost("", ["small"], { input: 1, output: 0 })).toBe(1e-9);
  expect(costs.cost("", ["small"], { input: 0, output: 1 })).toBe(0);
});

describe("by prefix", () => {
  const costs = new CostCalculator({ "gpt-4": [1, 1], "my-": [2, 2] }, "prefix");

  it("prices a model by the longest name that it begins with, own or published", () => {
    expect(costs.cost("openai", ["gpt-4.1"], MILLION)).toBe(2_000);
    expect(costs.cost("openai", ["gpt-4o-audio"], MILLION)).toBeCloseTo(12.5, 9);
    expect(costs.cost("ollama", ["my-model"], MILLION)).toBe(4_000);
  });

  it("puts the published list before the maintained table", () => {
    expect(costs.cost("openai", ["o3"], MILLION)).toBeCloseTo(50, 9);
    expect(costs.cost("openai", ["gpt-5"], MILLION)).toBeCloseTo(11.25, 9);
  });

  it("prices no fine-tune", () => {
    expect(costs.cost("openai", ["ft:gpt-4o:org::id"], MILLION)).toBeUndefined();
  });
});

describe("overrides", () => {
  const costs = new CostCalculator({
    "gpt-4o": [1, 2],
    "My-Model": { input: 1, output: 2, cacheRead: 0.5 },
    entry: { input_cost_per_1k: 1, output_cost_per_1k: 2, cache_write_per_1k: 3 },
    "ft:gpt-4o:org::id": [3, 3],
    [CUSTOM]: [5, 5],
    "gpt-4": [7, 7],
    broken: [Number.NaN, 1],
    "broken tier": { input: 1, output: 1, tiers: { flex: [1, -1] } },
  });

  it("win over the table", () => {
    expect(costs.cost("openai", ["gpt-4o"], { input: 1_000, output: 1_000 })).toBe(3);
  });

  it("match names without regard to case and price cached input", () => {
    expect(costs.cost("openai", ["my-model"], { input: 1_000, output: 0, cacheRead: 1_000 })).toBe(0.5);
  });

  it("win for every version of their model, and for no other model", () => {
    const usage = { input: 1_000, output: 1_000 };
    expect(costs.cost("openai", ["gpt-4o-2024-08-06"], usage)).toBe(3);
    expect(costs.cost("openai", ["gpt-4o-mini"], usage)).toBeCloseTo(0.00075, 9);
    expect(costs.cost("openai", ["gpt-4-1106-preview"], usage)).toBeCloseTo(0.04, 9);
    expect(costs.cost("openai", ["gpt-4-0613"], usage)).toBe(14);
  });

  it("price the answering model before the one asked for", () => {
    expect(costs.cost("openai", ["my-model", "gpt-4o"], { input: 1_000, output: 0 })).toBe(1);
    expect(costs.cost("openai", ["deployment-7", "my-model"], { input: 1_000, output: 0 })).toBe(1);
  });

  it("may price a fine-tune or a server of one's own by its very name", () => {
    expect(costs.cost("openai", ["ft:gpt-4o:org::id"], { input: 1_000, output: 0 })).toBe(3);
    expect(costs.cost("ollama", ["my-model:latest"], { input: 1_000, output: 0 })).toBe(1);
    expect(costs.cost("aws.bedrock", [HAIKU, CUSTOM], { input: 1_000, output: 0 })).toBe(5);
  });

  it("may be written as entries of a price file", () => {
    const usage = { input: 3_000, output: 1_000, cacheWrite: 1_000, cacheRead: 1_000 };
    expect(costs.cost("", ["entry"], usage)).toBe(1 + 1 + 3 + 2);
  });

  it("may be null, as in a configuration without them", () => {
    expect(new CostCalculator(null as never).cost("openai", ["gpt-4o"], MILLION)).toBeCloseTo(12.5, 9);
  });

  it("are ignored when they are no prices", () => {
    expect(costs.cost("openai", ["broken"], { input: 1_000, output: 0 })).toBeUndefined();
    expect(costs.cost("openai", ["broken tier"], { input: 1_000, output: 0 })).toBeUndefined();
  });
});
