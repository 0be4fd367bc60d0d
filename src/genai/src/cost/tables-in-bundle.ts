import * as maintained from "@pydantic/genai-prices";
import upstream from "../../data/upstream-prices.json" with { type: "json" };
import type { PriceTables } from "./tables.js";

/** The same for an application's bundler, which finds only what is imported by name. */
export const priceTables: PriceTables = {
  maintained: () => maintained,
  upstream: () => upstream,
};
