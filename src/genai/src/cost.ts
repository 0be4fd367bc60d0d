import { createRequire } from "node:module";
import { diag } from "@opentelemetry/api";
import type { ModelPrice, Usage as PriceUsage, Provider, TieredPrices } from "@pydantic/genai-prices";
import { isAmount, isCount, type Usage } from "./usage.js";

/** US dollars per 1,000 tokens. */
export interface Price {
  input: number;
  output: number;
  /** @default the input price */
  cacheRead?: number;
  /** @default the input price */
  cacheWrite?: number;
}

/** Own prices by model name: `[input, output]` or the long form, in US dollars per 1,000 tokens. They win over every table. */
export type PriceOverrides = Readonly<Record<string, readonly [input: number, output: number] | Price>>;

type PriceTable = typeof import("@pydantic/genai-prices");

/** How one model is priced, found once. `null`: the table does not know it. */
type Pricing =
  | { kind: "plain"; price: ModelPrice }
  | { kind: "full"; model: string; provider: Provider }
  | null;

const MAX_REMEMBERED = 500;

/** Prices calls by overrides first, then by the maintained table of `@pydantic/genai-prices`. Unknown stays unknown. */
export class CostCalculator {
  readonly #overrides: ReadonlyMap<string, Price>;
  readonly #pricings = new Map<string, Map<string, Pricing>>();
  #table: PriceTable | null | undefined;
  #loading = false;

  constructor(overrides: PriceOverrides = {}) {
    this.#overrides = readOverrides(overrides);
  }

  /** Loads the price table soon, off the caller's path: it is large, and the first answer takes longer than this. */
  warmUp(): void {
    if (this.#loading) return;
    this.#loading = true;
    setImmediate(() => this.#load()).unref();
  }

  /** US dollars for a call, or `undefined` when its model or its usage is unknown. Never 0 for want of a price. */
  cost(provider: string, models: readonly (string | undefined)[], usage: Usage): number | undefined {
    if (isAmount(usage.costUsd)) return usage.costUsd;
    if (!isCount(usage.input) && !isCount(usage.output)) return undefined;
    for (const model of models) {
      if (model === undefined) continue;
      const dollars = this.#costOf(provider, model, usage);
      if (dollars !== undefined) return round(dollars);
    }
    return undefined;
  }

  #costOf(provider: string, model: string, usage: Usage): number | undefined {
    const own = this.#overrides.size > 0 ? this.#overrides.get(model.toLowerCase()) : undefined;
    if (own !== undefined) return byPrice(own, usage);
    const pricing = this.#pricing(provider, model);
    if (pricing === null) return undefined;
    try {
      return pricing.kind === "plain"
        ? byModelPrice(pricing.price, usage)
        : this.#load()?.calcPrice(toPriceUsage(usage), pricing.model, { provider: pricing.provider })
            ?.total_price;
    } catch (error) {
      diag.debug("no price for this usage", model, String(error));
      return undefined;
    }
  }

  #pricing(provider: string, model: string): Pricing {
    const models = this.#pricings.get(provider) ?? new Map<string, Pricing>();
    if (models.size === 0) this.#pricings.set(provider, models);
    const known = models.get(model);
    if (known !== undefined) return known;
    if (models.size >= MAX_REMEMBERED) models.clear();
    const found = this.#find(provider, model);
    models.set(model, found);
    return found;
  }

  #find(provider: string, model: string): Pricing {
    const table = this.#load();
    // A fine-tune costs more than its base model, whose price the table would give.
    if (table == null || model.startsWith("ft:")) return null;
    for (const options of providerOptions(provider)) {
      try {
        const found = table.calcPrice({ input_tokens: 1 }, model, options);
        if (found === null) continue;
        if (!Array.isArray(found.model.prices)) return { kind: "plain", price: found.model_price };
        // Prices that change with time keep the table's own arithmetic, but search one model instead of thousands.
        const only = { ...found.model, match: { equals: model } };
        return { kind: "full", model, provider: { ...found.provider, models: [only] } };
      } catch (error) {
        diag.debug("price look-up failed", model, String(error));
      }
    }
    return null;
  }

  #load(): PriceTable | null {
    if (this.#table === undefined) {
      try {
        this.#table = createRequire(import.meta.url)("@pydantic/genai-prices") as PriceTable;
      } catch (error) {
        diag.debug("the price table cannot be loaded; calls carry no cost", String(error));
        this.#table = null;
      }
    }
    return this.#table;
  }
}

/** Names under which the table lists a provider of the conventions, where it would not find it by itself. */
const TABLE_NAMES: Readonly<Record<string, string>> = {
  "azure.ai.openai": "azure",
  "azure.ai.inference": "azure",
  "aws.bedrock": "aws",
  "gcp.gemini": "google",
  "gcp.vertex_ai": "google",
  "gcp.gen_ai": "google",
  x_ai: "x-ai",
  mistral_ai: "mistral",
  moonshot_ai: "moonshotai",
};

function* providerOptions(provider: string): Generator<{ providerId: string }> {
  yield { providerId: TABLE_NAMES[provider] ?? provider };
  if (provider === "azure.ai.openai") yield { providerId: "openai" };
}

function readOverrides(overrides: PriceOverrides): ReadonlyMap<string, Price> {
  const prices = new Map<string, Price>();
  for (const [model, given] of Object.entries(overrides)) {
    const price: Price = Array.isArray(given) ? { input: given[0], output: given[1] } : (given as Price);
    const numbers = [price.input, price.output, price.cacheRead ?? 0, price.cacheWrite ?? 0];
    if (numbers.every(isAmount)) prices.set(model.toLowerCase(), price);
    else
      diag.warn(
        `prices[${JSON.stringify(model)}]: expected numbers of US dollars per 1,000 tokens, zero or above; ignored.`,
      );
  }
  return prices;
}

function countOf(value: unknown): number {
  return isCount(value) ? value : 0;
}

/** Tokens of a call by what they cost: the totals less their separately priced parts. */
function split(usage: Usage): { fresh: number; read: number; write: number; output: number } {
  const read = countOf(usage.cacheRead);
  const write = countOf(usage.cacheWrite);
  return {
    fresh: Math.max(0, countOf(usage.input) - read - write),
    read,
    write,
    output: countOf(usage.output),
  };
}

function byPrice(price: Price, usage: Usage): number {
  const { fresh, read, write, output } = split(usage);
  const cached = read * (price.cacheRead ?? price.input) + write * (price.cacheWrite ?? price.input);
  return (fresh * price.input + cached + output * price.output) / 1_000;
}

function byModelPrice(price: ModelPrice, usage: Usage): number | undefined {
  const rate = (key: string) => rateOf(price[key], countOf(usage.input));
  const input = rate("input_mtok");
  const outputRate = rate("output_mtok");
  if (input === undefined && outputRate === undefined) return undefined;
  const { fresh, read, write, output } = split(usage);
  const base = input ?? 0;
  const hour = Math.min(countOf(usage.cacheWrite1h), write);
  const writeRate = rate("cache_write_mtok") ?? base;
  const audioIn = Math.min(countOf(usage.audioInput), fresh);
  const audioOut = Math.min(countOf(usage.audioOutput), output);
  const dollars =
    (fresh - audioIn) * base +
    audioIn * (rate("input_audio_mtok") ?? base) +
    read * (rate("cache_read_mtok") ?? base) +
    (write - hour) * writeRate +
    hour * (rate("cache_write_1h_mtok") ?? writeRate) +
    (output - audioOut) * (outputRate ?? 0) +
    audioOut * (rate("output_audio_mtok") ?? outputRate ?? 0) +
    (rate("requests_kcount") ?? 0) * 1_000;
  return dollars / 1_000_000;
}

/** Tiers are priced as a whole by the size of the input: the last tier that starts below it sets the rate. */
function rateOf(value: number | TieredPrices | undefined, input: number): number | undefined {
  if (value === undefined || typeof value === "number") return value;
  let rate = value.base;
  for (const tier of value.tiers) if (input > tier.start) rate = tier.price;
  return rate;
}

function toPriceUsage(usage: Usage): PriceUsage {
  const { cacheWrite1h: hour } = usage;
  const result: PriceUsage = { input_tokens: countOf(usage.input), output_tokens: countOf(usage.output) };
  if (isCount(usage.cacheRead)) result.cache_read_tokens = usage.cacheRead;
  if (isCount(usage.cacheWrite)) result.cache_write_tokens = usage.cacheWrite;
  if (isCount(hour) && hour > 0) result.cache_write_1h_tokens = hour;
  if (isCount(usage.audioInput)) result.input_audio_tokens = usage.audioInput;
  if (isCount(usage.audioOutput)) result.output_audio_tokens = usage.audioOutput;
  return result;
}

/** To a billionth of a dollar, which keeps one token of the cheapest model and drops binary noise. */
function round(dollars: number): number {
  return Math.round(dollars * 1e9) / 1e9;
}
