import { createRequire } from "node:module";

/** The files with prices. They are large, and read on first use. `tables-in-bundle.ts` stands in for this file. */
export interface PriceTables {
  maintained(): typeof import("@pydantic/genai-prices");
  /** `data/upstream-prices.json`. Requiring JSON works in every Node version and module system. */
  upstream(): unknown;
}

// Must be called `require`: tools that collect the files of a deployment look for such calls.
const require = createRequire(import.meta.url);

export const priceTables: PriceTables = {
  maintained: () => require("@pydantic/genai-prices"),
  upstream: () => require("../../data/upstream-prices.json"),
};
