import { diag } from "@opentelemetry/api";
import type { ModelPrice, Usage as PriceUsage, Provider, TieredPrices } from "@pydantic/genai-prices";
import { isCount, type Usage } from "../usage.js";
import { toModelName } from "./model-name.js";
import { countOf, splitTokens } from "./price.js";
import { priceTables } from "./tables.js";

type PriceTable = typeof import("@pydantic/genai-prices");

/** How the table prices one model, found once. */
export type MaintainedPrice =
  | { readonly kind: "plain"; readonly price: ModelPrice }
  | { readonly kind: "full"; readonly model: string; readonly provider: Provider };

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

/** The maintained prices of `@pydantic/genai-prices`, by provider and model. Loaded when first asked: it is large. */
export class MaintainedPrices {
  #table: PriceTable | null | undefined;

  load(): void {
    this.#load();
  }

  find(provider: string, model: string): MaintainedPrice | null {
    const table = this.#load();
    if (table === null) return null;
    for (const [providerId, name] of places(table, provider, model)) {
      try {
        const found = table.calcPrice({ input_tokens: 1 }, name, { providerId });
        if (found === null) continue;
        if (!Array.isArray(found.model.prices)) return { kind: "plain", price: found.model_price };
        // Prices that change with time keep the table's own arithmetic, but search one model instead of thousands.
        const only = { ...found.model, match: { equals: name } };
        return { kind: "full", model: name, provider: { ...found.provider, models: [only] } };
      } catch (error) {
        diag.debug("price look-up failed", name, String(error));
      }
    }
    return null;
  }

  /**
   * US dollars for a call; `undefined` when the table has no price for this kind of usage.
   * @param factor what tokens cost times the table's price; searches cost the same under all terms
   */
  cost(found: MaintainedPrice, usage: Usage, factor: number | undefined): number | undefined {
    const tokens = factor === undefined ? undefined : this.#costOfTokens(found, usage);
    if (tokens === undefined || factor === undefined) return undefined;
    const searches = countOf(usage.webSearches);
    return tokens * factor + (searches > 0 ? this.#costOfSearches(found, searches) : 0);
  }

  #costOfTokens(found: MaintainedPrice, usage: Usage): number | undefined {
    if (found.kind === "plain") return costByRates(found.price, usage);
    return this.#calculate(found, toPriceUsage(usage));
  }

  #costOfSearches(found: MaintainedPrice, searches: number): number {
    if (found.kind === "plain") return (searches * (rateOf(found.price.web_searches_kcount, 0) ?? 0)) / 1_000;
    return this.#calculate(found, { web_searches: searches }) ?? 0;
  }

  #calculate({ model, provider }: MaintainedPrice & { kind: "full" }, usage: PriceUsage): number | undefined {
    return this.#load()?.calcPrice(usage, model, { provider })?.total_price;
  }

  #load(): PriceTable | null {
    if (this.#table === undefined) {
      try {
        this.#table = priceTables.maintained();
      } catch (error) {
        diag.debug("the price table cannot be loaded; most calls carry no cost", String(error));
        this.#table = null;
      }
    }
    return this.#table;
  }
}

/** Where to look: under the provider, or, where the table does not know it, under whoever makes such a model. */
function* places(
  table: PriceTable,
  provider: string,
  model: string,
): Generator<[providerId: string, name: string]> {
  const listed = TABLE_NAMES[provider] ?? provider;
  if (table.findProvider({ providerId: listed }) !== undefined) {
    yield [listed, model];
    if (listed === "azure") yield ["openai", model];
    return;
  }
  // A gateway passes the maker's price on, under its own name for the model.
  const name = toModelName(model);
  const maker = name === undefined ? undefined : table.findProvider({ modelId: name })?.id;
  if (name !== undefined && maker !== undefined) yield [maker, name];
}

function costByRates(price: ModelPrice, usage: Usage): number | undefined {
  const size = countOf(usage.input);
  const inputRate = rateOf(price.input_mtok, size);
  const outputRate = rateOf(price.output_mtok, size);
  if (inputRate === undefined && outputRate === undefined) return undefined;
  const base = inputRate ?? 0;
  const outputBase = outputRate ?? 0;
  const { fresh, read, write, output } = splitTokens(usage);
  let dollars = fresh * base + output * outputBase + (rateOf(price.requests_kcount, size) ?? 0) * 1_000;
  if (read > 0) dollars += read * (rateOf(price.cache_read_mtok, size) ?? base);
  if (write > 0) {
    const rate = rateOf(price.cache_write_mtok, size) ?? base;
    const hour = Math.min(countOf(usage.cacheWrite1h), write);
    dollars += (write - hour) * rate + hour * (rateOf(price.cache_write_1h_mtok, size) ?? rate);
  }
  const audioIn = Math.min(countOf(usage.audioInput), fresh);
  if (audioIn > 0) dollars += audioIn * ((rateOf(price.input_audio_mtok, size) ?? base) - base);
  const audioOut = Math.min(countOf(usage.audioOutput), output);
  if (audioOut > 0)
    dollars += audioOut * ((rateOf(price.output_audio_mtok, size) ?? outputBase) - outputBase);
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
