import { diag } from "@opentelemetry/api";
import { inWords } from "../record/thrown.js";
import { toModelName } from "./model-name.js";
import { type Price, type PriceEntry, toPrice } from "./price.js";
import { PriceList } from "./price-list.js";
import { priceTables } from "./tables.js";

/** An entry of `data/upstream-prices.json`. */
interface UpstreamEntry extends PriceEntry {
  readonly model: string;
  readonly provider: string;
  readonly aliases?: readonly string[];
  readonly source: string;
  readonly as_of: string;
}

/** The prices that AgentPulse publishes. They include some models that the maintained table lacks. */
export interface UpstreamPrices {
  readonly list: PriceList;
  /** The model that an alias stands for; other names are returned unchanged. */
  readonly canonical: (name: string) => string;
  readonly models: readonly string[];
  /** The month of the list, such as `2026-02`. */
  readonly asOf: string | undefined;
}

/**
 * Reads the data file.
 * @param more prices to add, which replace those of the same name
 */
export function loadUpstreamPrices(
  more: readonly (readonly [name: string, price: Price])[] = [],
): UpstreamPrices {
  const canonical = new Map<string, string>();
  const entries = readEntries();
  const prices = entries.flatMap((entry): [string, Price][] => {
    const price = toPrice(entry);
    if (price === undefined) return [];
    const { model, aliases = [] } = entry;
    for (const alias of aliases) canonical.set(alias, model);
    return [model, ...aliases].map((name): [string, Price] => [name, price]);
  });
  return {
    list: new PriceList([...prices, ...more]),
    canonical: (name) => canonical.get(toModelName(name) ?? name) ?? name,
    models: entries.map(({ model }) => model),
    asOf: entries.map(({ as_of }) => as_of).sort()[0],
  };
}

function readEntries(): readonly UpstreamEntry[] {
  try {
    return priceTables.upstream() as UpstreamEntry[];
  } catch (error) {
    // A deployment that copies single files may lack this one.
    diag.debug("the list of upstream prices cannot be loaded", inWords(error));
    return [];
  }
}
