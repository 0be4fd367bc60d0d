import { diag } from "@opentelemetry/api";
import { isAmount, isCount, type Usage } from "../adapter/usage.js";

/** US dollars per 1,000 tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** @default the input price */
  readonly cacheRead?: number | undefined;
  /** @default the input price */
  readonly cacheWrite?: number | undefined;
  /** Prices in other service tiers, by the provider's names of those, such as `priority`. */
  readonly tiers?: Readonly<Record<string, Price>> | undefined;
}

/** {@link Price} with the names that price files use, so that their entries can be passed on as they are. */
export interface PriceEntry {
  readonly input_cost_per_1k: number;
  readonly output_cost_per_1k: number;
  readonly cache_read_per_1k?: number | undefined;
  readonly cache_write_per_1k?: number | undefined;
}

type PriceForm = readonly [input: number, output: number] | Price | PriceEntry;

/** The price of one model, and its prices in other service tiers, by the provider's names of those. */
type OwnPrice =
  | PriceForm
  | ((Omit<Price, "tiers"> | PriceEntry) & { readonly tiers?: Readonly<Record<string, PriceForm>> });

/**
 * Own prices by model name: `[input, output]` or a long form, in US dollars per 1,000 tokens. They win over every
 * table, and apply to dated versions of the model too. For a service tier without a price of its own (`tiers`), the
 * provider's published rule applies (OpenAI's `flex` is half the price); without such a rule the price is unknown.
 */
export type PriceOverrides = Readonly<Record<string, OwnPrice>>;

/** The valid prices of an application. Each invalid one is reported once through `diag`. */
export function readOverrides(overrides: PriceOverrides): [model: string, price: Price][] {
  // Configuration files have `null` for what is not set.
  return Object.entries(overrides ?? {}).flatMap(([model, given]): [string, Price][] => {
    const price = toPrice(given);
    if (price !== undefined) return [[model, price]];
    diag.warn(
      `prices[${JSON.stringify(model)}]: expected numbers of US dollars per 1,000 tokens, zero or above; ignored.`,
    );
    return [];
  });
}

/** Reads one price; `undefined` if it is invalid. */
export function toPrice(given: unknown): Price | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const price: Price = Array.isArray(given) ? { input: given[0], output: given[1] } : fromObject(given);
  const { input, output, cacheRead = 0, cacheWrite = 0, tiers } = price;
  if (![input, output, cacheRead, cacheWrite].every(isAmount)) return undefined;
  if (tiers == null) return price;
  const priced = Object.entries(tiers).map(([tier, each]) => [tier, toPrice(each)] as const);
  const isPriced = priced.every((entry): entry is [string, Price] => entry[1] !== undefined);
  return isPriced ? { ...price, tiers: Object.fromEntries(priced) } : undefined;
}

function fromObject(given: object): Price {
  const entry = given as PriceEntry;
  if (!("input_cost_per_1k" in entry)) return given as Price;
  return {
    input: entry.input_cost_per_1k,
    output: entry.output_cost_per_1k,
    cacheRead: entry.cache_read_per_1k,
    cacheWrite: entry.cache_write_per_1k,
    tiers: (given as Price).tiers,
  };
}

/** A count; zero if it is absent or invalid. */
export function countOf(value: unknown): number {
  return isCount(value) ? value : 0;
}

/** Splits the tokens of a call: fresh input, input read from the cache, input written to it, output. */
export function splitTokens(usage: Usage): { fresh: number; read: number; write: number; output: number } {
  const read = countOf(usage.cacheRead);
  const write = countOf(usage.cacheWrite);
  return {
    fresh: Math.max(0, countOf(usage.input) - read - write),
    read,
    write,
    output: countOf(usage.output),
  };
}

/** US dollars for the tokens of a call at a flat price. */
export function costAt(price: Price, usage: Usage): number {
  const { fresh, read, write, output } = splitTokens(usage);
  const cached = read * (price.cacheRead ?? price.input) + write * (price.cacheWrite ?? price.input);
  return (fresh * price.input + cached + output * price.output) / 1_000;
}
