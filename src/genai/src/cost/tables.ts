import { createRequire } from "node:module";

/** Files with prices, read when a price is first asked for: they are large. `tables-in-bundle.ts` stands in for this. */
export interface PriceTables {
  maintained(): typeof import("@pydantic/genai-prices");
  /** What `data/upstream-prices.json` holds: a required JSON file works alike in every Node and module system. */
  upstream(): unknown;
}

// By this name, because tools that collect the files of a deployment find what such calls name.
const require = createRequire(import.meta.url);

export const priceTables: PriceTables = {
  maintained: () => require("@pydantic/genai-prices"),
  upstream: () => require("../../data/upstream-prices.json"),
};
