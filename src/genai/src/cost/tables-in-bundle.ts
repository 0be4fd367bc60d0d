import * as maintained from "@pydantic/genai-prices";
import upstream from "../../data/upstream-prices.json" with { type: "json" };
import type { PriceTables } from "./tables.js";

/** Stands in for `tables.ts` in bundled applications, whose bundlers find only what is imported by name. */
export const priceTables: PriceTables = {
  maintained: () => maintained,
  upstream: () => upstream,
};
