import { diag } from "@opentelemetry/api";
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

/** The prices that AgentPulse publishes, which name some models that no other table has. */
export interface UpstreamPrices {
  readonly list: PriceList;
  /** The model that a name is another name of; other names stay as they are. */
  readonly canonical: (name: string) => string;
  readonly models: readonly string[];
  /** The month that the list is of, as `2026-02`. */
  readonly asOf: string | undefined;
}

/**
 * Reads the data file.
 * @param more prices that replace those of the list, or join it
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
    // Whoever copies files for a deployment may leave this one behind.
    diag.debug("the list of upstream prices cannot be loaded", String(error));
    return [];
  }
}
