import { type CostMatch, isSameModel, toModelName } from "./model-name.js";
import type { Price } from "./price.js";

/** Prices by model name. */
export class PriceList {
  readonly #prices = new Map<string, Price>();
  /** Longest first: `gpt-4o-mini` is no version of `gpt-4o`. */
  readonly #names: readonly string[];

  /** Later prices replace earlier ones of the same name. */
  constructor(prices: Iterable<readonly [name: string, price: Price]>) {
    for (const [name, price] of prices) this.#prices.set(name.trim().toLowerCase(), price);
    this.#names = [...this.#prices.keys()].sort((a, b) => b.length - a.length);
  }

  get isEmpty(): boolean {
    return this.#names.length === 0;
  }

  /** The price under this very name, in any case. */
  exactly(name: string): Price | undefined {
    return this.#prices.get(name.trim().toLowerCase());
  }

  /** The price under this very name, or else under the longest name of the same model. */
  find(model: string, match: CostMatch): Price | undefined {
    const exact = this.exactly(model);
    if (exact !== undefined) return exact;
    const name = toModelName(model);
    if (name === undefined) return undefined;
    const known = this.#names.find((each) => each === name || isSameModel(name, each, match));
    return known === undefined ? undefined : this.#prices.get(known);
  }
}
