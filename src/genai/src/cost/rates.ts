import type { ModelPrice, TieredPrices } from "@pydantic/genai-prices";
import type { Usage } from "../usage.js";
import { countOf, splitTokens } from "./price.js";

type TokenCount = Exclude<keyof Usage, "terms" | "aside">;

/** Kinds of tokens that some models price apart: what counts them, and the table's names of their rates. */
const MODALITIES = [
  {
    input: ["audioInput", "input_audio_mtok"],
    cached: ["audioCacheRead", "cache_audio_read_mtok"],
    output: ["audioOutput", "output_audio_mtok"],
  },
  {
    input: ["imageInput", "input_image_mtok"],
    cached: ["imageCacheRead", "cache_image_read_mtok"],
    output: ["imageOutput", "output_image_mtok"],
  },
] as const satisfies Readonly<Record<string, readonly [count: TokenCount, rate: string]>>[];

/** Searches, which are billed by their number: what counts them, the table's rate for a thousand, and its count. */
export const SEARCHES = [
  ["webSearches", "web_searches_kcount", "web_searches"],
  ["fileSearches", "storage_searches_kcount", "storage_searches"],
] as const satisfies readonly (readonly [count: TokenCount, rate: string, tableCount: string])[];

/** US dollars for the tokens of a call at the rates of its model; `undefined` if the table has none for tokens. */
export function costOfTokens(price: ModelPrice, usage: Usage): number | undefined {
  const size = countOf(usage.input);
  const rate = (name: string) => rateOf(price[name], size);
  const inputRate = rate("input_mtok");
  const outputRate = rate("output_mtok");
  if (inputRate === undefined && outputRate === undefined) return undefined;
  const base = inputRate ?? 0;
  const outputBase = outputRate ?? 0;
  const readBase = rate("cache_read_mtok") ?? base;
  const { fresh, read, write, output } = splitTokens(usage);
  let dollars = fresh * base + read * readBase + output * outputBase + (rate("requests_kcount") ?? 0) * 1_000;
  if (write > 0) {
    const writeRate = rate("cache_write_mtok") ?? base;
    const hour = Math.min(countOf(usage.cacheWrite1h), write);
    dollars += (write - hour) * writeRate + hour * (rate("cache_write_1h_mtok") ?? writeRate);
  }
  for (const { input, cached, output: produced } of MODALITIES) {
    const cachedCount = Math.min(countOf(usage[cached[0]]), read);
    const freshCount = Math.min(Math.max(0, countOf(usage[input[0]]) - cachedCount), fresh);
    const producedCount = Math.min(countOf(usage[produced[0]]), output);
    if (freshCount > 0) dollars += freshCount * ((rate(input[1]) ?? base) - base);
    if (cachedCount > 0) dollars += cachedCount * ((rate(cached[1]) ?? readBase) - readBase);
    if (producedCount > 0) dollars += producedCount * ((rate(produced[1]) ?? outputBase) - outputBase);
  }
  return dollars / 1_000_000;
}

/** US dollars for the searches of a call. */
export function costOfSearches(price: ModelPrice, usage: Usage): number {
  let dollars = 0;
  for (const [count, rate] of SEARCHES) dollars += countOf(usage[count]) * (rateOf(price[rate], 0) ?? 0);
  return dollars / 1_000;
}

/** The size of the input decides the rate of the whole call: that of the last tier that starts below it. */
function rateOf(value: number | TieredPrices | undefined, input: number): number | undefined {
  if (value === undefined || typeof value === "number") return value;
  let rate = value.base;
  for (const tier of value.tiers) if (input > tier.start) rate = tier.price;
  return rate;
}
