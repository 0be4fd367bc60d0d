import { diag } from "@opentelemetry/api";
import type { ModelPrice, Usage as PriceUsage, Provider } from "@pydantic/genai-prices";
import { isCount, type Usage } from "../adapter/usage.js";
import { inWords } from "../record/thrown.js";
import { toModelName } from "./model-name.js";
import { countOf } from "./price.js";
import { costOfSearches, costOfTokens, SEARCHES } from "./rates.js";
import { priceTables } from "./tables.js";

type PriceTable = typeof import("@pydantic/genai-prices");

type Listed = NonNullable<ReturnType<PriceTable["calcPrice"]>>;

/** How the table prices one model. */
export type MaintainedPrice =
  | { readonly kind: "plain"; readonly price: ModelPrice }
  | { readonly kind: "full"; readonly model: string; readonly provider: Provider };

/** The table's names of providers whose names in the conventions it does not know. */
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

/** The maintained prices of `@pydantic/genai-prices`, by provider and model. They are large, and loaded on first use. */
export class MaintainedPrices {
  #table: PriceTable | null | undefined;

  find(provider: string, model: string): MaintainedPrice | null {
    const table = this.load();
    if (table === null) return null;
    for (const [providerId, name] of places(table, provider, model)) {
      try {
        const listed = table.calcPrice({ input_tokens: 1 }, name, { providerId });
        if (listed === null) continue;
        const newer = newestOf(name, listed);
        const found =
          (newer === undefined ? null : table.calcPrice({ input_tokens: 1 }, newer, { providerId })) ??
          listed;
        if (!Array.isArray(found.model.prices)) return { kind: "plain", price: found.model_price };
        // Prices that change with time are left to the table's own arithmetic, which is given this one model to search.
        const only = { ...found.model, match: { equals: name } };
        return { kind: "full", model: name, provider: { ...found.provider, models: [only] } };
      } catch (error) {
        diag.debug("price look-up failed", name, inWords(error));
      }
    }
    return null;
  }

  /**
   * US dollars for a call; `undefined` when the table cannot price this usage.
   * @param factor multiplies the price of tokens; searches cost the same under all terms
   */
  cost(found: MaintainedPrice, usage: Usage, factor: number | undefined): number | undefined {
    const tokens = factor === undefined ? undefined : this.#costOfTokens(found, usage);
    if (tokens === undefined || factor === undefined) return undefined;
    const searched = countOf(usage.webSearches) + countOf(usage.fileSearches) > 0;
    return tokens * factor + (searched ? this.#costOfSearches(found, usage) : 0);
  }

  #costOfTokens(found: MaintainedPrice, usage: Usage): number | undefined {
    if (found.kind === "plain") return costOfTokens(found.price, usage);
    return this.#calculate(found, toPriceUsage(usage));
  }

  #costOfSearches(found: MaintainedPrice, usage: Usage): number {
    if (found.kind === "plain") return costOfSearches(found.price, usage);
    return this.#calculate(found, toSearchUsage(usage)) ?? 0;
  }

  #calculate({ model, provider }: MaintainedPrice & { kind: "full" }, usage: PriceUsage): number | undefined {
    return this.load()?.calcPrice(usage, model, { provider })?.total_price;
  }

  /** `null` if it cannot be loaded. */
  load(): PriceTable | null {
    if (this.#table === undefined) {
      try {
        this.#table = priceTables.maintained();
      } catch (error) {
        diag.debug("the price table cannot be loaded; most calls carry no cost", inWords(error));
        this.#table = null;
      }
    }
    return this.#table;
  }
}

/** Where to look for a price: under the provider or, if the table does not list it, under the maker of the model. */
function* places(
  table: PriceTable,
  provider: string,
  model: string,
): Generator<[providerId: string, name: string]> {
  const listed = TABLE_NAMES[provider] ?? provider;
  if (table.findProvider({ providerId: listed }) !== undefined) {
    yield [listed, model];
    if (listed === "azure") yield ["openai", model];
    // Google's APIs also take resource names: `models/gemini-2.5-flash`, `publishers/google/models/…`.
    if (listed === "google") yield [listed, model.slice(model.lastIndexOf("/") + 1)];
    return;
  }
  // Gateways charge the maker's price, under a name of their own for the model.
  const name = toModelName(model);
  const maker = name === undefined ? undefined : table.findProvider({ modelId: name })?.id;
  if (name !== undefined && maker !== undefined) yield [maker, name];
}

/**
 * The newest version of a month for a name that ends in `-latest`. The table gives some of those the price of the version
 * that was the latest when it was listed; where the name has an entry of its own, that one is kept up to date.
 */
function newestOf(name: string, { model, provider }: Listed): string | undefined {
  if (!name.endsWith("-latest") || model.id === name) return undefined;
  const base = name.slice(0, -"latest".length);
  const versions = provider.models.filter(
    ({ id }) => id.startsWith(base) && /^\d{4}$/.test(id.slice(base.length)),
  );
  return versions
    .map(({ id }) => id)
    .sort()
    .at(-1);
}

/** The table's names of counts that it is given only if the provider reported them. */
const TABLE_COUNTS = {
  cacheRead: "cache_read_tokens",
  cacheWrite: "cache_write_tokens",
  audioInput: "input_audio_tokens",
  audioCacheRead: "cache_audio_read_tokens",
  audioOutput: "output_audio_tokens",
  imageInput: "input_image_tokens",
  imageCacheRead: "cache_image_read_tokens",
  imageOutput: "output_image_tokens",
} as const;

function toPriceUsage(usage: Usage): PriceUsage {
  const result: PriceUsage = { input_tokens: countOf(usage.input), output_tokens: countOf(usage.output) };
  for (const [count, name] of Object.entries(TABLE_COUNTS) as [keyof typeof TABLE_COUNTS, string][]) {
    const reported = usage[count];
    if (isCount(reported)) result[name] = reported;
  }
  const { cacheWrite1h: hour } = usage;
  if (isCount(hour) && hour > 0) result.cache_write_1h_tokens = hour;
  return result;
}

function toSearchUsage(usage: Usage): PriceUsage {
  return Object.fromEntries(SEARCHES.map(([count, , name]) => [name, countOf(usage[count])]));
}
