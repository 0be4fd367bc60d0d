import { diag } from "@opentelemetry/api";
import { isAmount, isCount, type Usage } from "../adapter/usage.js";
import { inWords } from "../record/thrown.js";
import { type MaintainedPrice, MaintainedPrices } from "./maintained.js";
import { type CostMatch, isPricedApart, toModelName } from "./model-name.js";
import { costAt, type Price, type PriceOverrides, readOverrides } from "./price.js";
import { PriceList } from "./price-list.js";
import { termsFactor, unusualTerms } from "./terms.js";
import { loadUpstreamPrices, type UpstreamPrices } from "./upstream.js";

/** How one model is priced. */
type Pricing = { readonly kind: "flat"; readonly price: Price } | MaintainedPrice;

/** Self-hosted servers, where the price of the same model elsewhere does not apply. */
const SELF_HOSTED: ReadonlySet<string> = new Set(["ollama", "vllm"]);

const MAX_REMEMBERED = 500;

type Models = readonly (string | undefined)[];

/** How the models of a call are priced, those that are unknown left out. */
interface Priced {
  readonly provider: string;
  readonly models: Models;
  readonly pricings: readonly Pricing[];
}

/**
 * Prices calls by the application's own prices first, then by the maintained table of `@pydantic/genai-prices`, then by
 * the list that AgentPulse publishes.
 *
 * Own and published prices apply to all versions of the model they name (`strict`), or to every name with the same
 * beginning (`prefix`). `prefix` gives the figures of AgentPulse's Python SDK: the published list then goes before the
 * maintained table, and prices some models like their older namesakes.
 */
export class CostCalculator {
  readonly #match: CostMatch;
  readonly #overrides: readonly [model: string, price: Price][];
  readonly #own: PriceList;
  readonly #maintained = new MaintainedPrices();
  readonly #pricings = new Map<string, Map<string, Pricing | null>>();
  #last: Priced | undefined;
  #upstream: UpstreamPrices | undefined;
  #loading = false;

  constructor(overrides: PriceOverrides = {}, match: CostMatch = "strict") {
    this.#match = match;
    this.#overrides = readOverrides(overrides);
    this.#own = new PriceList(this.#overrides);
  }

  /** Loads the large price tables soon, off the caller's path. The first answer takes longer than this to arrive. */
  warmUp(): void {
    if (this.#loading) return;
    this.#loading = true;
    setImmediate(() => this.#maintained.load()).unref();
  }

  /**
   * US dollars for a call, or `undefined` when its model, price or usage is unknown.
   * @param models the answering model, then the requested one: the first with a known price counts
   */
  cost(provider: string, models: Models, usage: Usage): number | undefined {
    if (isAmount(usage.costUsd)) return usage.costUsd;
    let total = this.#costOfFirst(provider, models, usage);
    for (const { model, usage: more } of usage.aside ?? []) {
      const dollars = this.#costOfFirst(provider, model == null ? models : [model], {
        ...more,
        terms: more.terms ?? usage.terms,
      });
      // A partial sum would look like the whole price.
      total = total === undefined || dollars === undefined ? undefined : total + dollars;
    }
    return total === undefined ? undefined : round(total);
  }

  /** The list that AgentPulse publishes: its models, and its month (`2026-02`). */
  get published(): { readonly models: readonly string[]; readonly asOf: string | undefined } {
    return this.#published;
  }

  #costOfFirst(provider: string, models: Models, usage: Usage): number | undefined {
    if (!isCount(usage.input) && !isCount(usage.output)) return undefined;
    // The price of the other side alone would look like the whole one.
    if (isOdd(usage.input) || isOdd(usage.output)) return undefined;
    for (const pricing of this.#pricingsOf(provider, models)) {
      const dollars = this.#costOf(provider, pricing, usage);
      if (dollars !== undefined) return dollars;
    }
    return undefined;
  }

  /** Those of the last call are kept: most calls are to the same models, and comparing names takes less than finding them. */
  #pricingsOf(provider: string, models: Models): readonly Pricing[] {
    const last = this.#last;
    if (last !== undefined && last.provider === provider && isSame(last.models, models)) return last.pricings;
    const known = models.filter((model) => model !== undefined);
    const apart = known.find(isPricedApart);
    const pricings = (apart === undefined ? known : [apart])
      .map((model) => this.#pricing(provider, model))
      .filter((pricing) => pricing !== null);
    this.#last = { provider, models, pricings };
    return pricings;
  }

  #costOf(provider: string, pricing: Pricing, usage: Usage): number | undefined {
    const terms = unusualTerms(usage.terms) ?? [];
    if (pricing.kind === "flat") return costUnder(terms, provider, pricing.price, usage);
    try {
      return this.#maintained.cost(pricing, usage, termsFactor(provider, terms));
    } catch (error) {
      diag.debug("no price for this usage", inWords(error));
      return undefined;
    }
  }

  #pricing(provider: string, model: string): Pricing | null {
    const models = this.#pricings.get(provider) ?? new Map<string, Pricing | null>();
    if (models.size === 0) this.#pricings.set(provider, models);
    const known = models.get(model);
    if (known !== undefined) return known;
    if (models.size >= MAX_REMEMBERED) models.clear();
    const found = this.#find(provider, model);
    models.set(model, found);
    return found;
  }

  #find(provider: string, model: string): Pricing | null {
    const own = this.#own.exactly(model);
    if (own !== undefined) return flat(own);
    const name = toModelName(model);
    // The tables would give a fine-tune the lower price of its base model.
    if (name === undefined) return null;
    // OpenAI publishes the weights of `gpt-oss` and does not serve them, so some compatible server does.
    const selfHosted = SELF_HOSTED.has(provider) || (provider === "openai" && name.startsWith("gpt-oss"));
    if (selfHosted) return flat(this.#own.find(model, this.#match));
    if (this.#match === "prefix") {
      return flat(this.#published.list.find(model, "prefix")) ?? this.#maintained.find(provider, model);
    }
    return (
      flat(this.#findOwnVersion(model)) ??
      this.#maintained.find(provider, model) ??
      flat(this.#published.list.find(model, "strict"))
    );
  }

  /** An alias in the published list names its model, even if it looks like a version of a model with an own price. */
  #findOwnVersion(model: string): Price | undefined {
    return this.#own.isEmpty ? undefined : this.#own.find(this.#published.canonical(model), "strict");
  }

  /** By prefix, the longest name decides among own and published ones, so own prices join the list. */
  get #published(): UpstreamPrices {
    this.#upstream ??= loadUpstreamPrices(this.#match === "prefix" ? this.#overrides : []);
    return this.#upstream;
  }
}

function isSame(one: Models, other: Models): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}

/** Whether something was sent in the place of a count. */
function isOdd(count: unknown): boolean {
  return count != null && !isCount(count);
}

/** US dollars at a flat price, whose `tiers` may have one for the terms. */
function costUnder(
  terms: readonly string[],
  provider: string,
  price: Price,
  usage: Usage,
): number | undefined {
  const { tiers = {} } = price;
  const named = terms.find((term) => Object.hasOwn(tiers, term));
  const others = terms.filter((term) => term !== named);
  const factor = termsFactor(provider, others);
  return factor && factor * costAt((named !== undefined && tiers[named]) || price, usage);
}

function flat(price: Price | undefined): Pricing | null {
  return price === undefined ? null : { kind: "flat", price };
}

/** To a billionth of a dollar: less than a token of the cheapest model, more than binary noise. */
function round(dollars: number): number {
  return Math.round(dollars * 1e9) / 1e9;
}
