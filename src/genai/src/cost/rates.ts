import type { ModelPrice, TieredPrices } from "@pydantic/genai-prices";
import type { Usage } from "../adapter/usage.js";
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

/** What text costs, in US dollars per million tokens. */
interface TextRates {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/** US dollars for the tokens of a call at the rates of its model; `undefined` if the table has none for tokens. */
export function costOfTokens(price: ModelPrice, usage: Usage): number | undefined {
  const size = countOf(usage.input);
  const inputRate = rateOf(price.input_mtok, size);
  const outputRate = rateOf(price.output_mtok, size);
  if (inputRate === undefined && outputRate === undefined) return undefined;
  const input = inputRate ?? 0;
  const text: TextRates = {
    input,
    cached: rateOf(price.cache_read_mtok, size) ?? input,
    output: outputRate ?? 0,
  };
  const { fresh, read, write, output } = splitTokens(usage);
  let dollars = fresh * text.input + read * text.cached + output * text.output;
  dollars += (rateOf(price.requests_kcount, size) ?? 0) * 1_000;
  if (write > 0) {
    const rate = rateOf(price.cache_write_mtok, size) ?? input;
    const hour = Math.min(countOf(usage.cacheWrite1h), write);
    dollars += (write - hour) * rate + hour * (rateOf(price.cache_write_1h_mtok, size) ?? rate);
  }
  // Asked first, as it takes longer than all of the above and most calls have text alone.
  if (isMixed(usage)) dollars += beyondText(price, usage, text);
  return dollars / 1_000_000;
}

function isMixed(usage: Usage): boolean {
  const { audioInput, audioCacheRead, audioOutput, imageInput, imageCacheRead, imageOutput } = usage;
  return Boolean(audioInput || audioCacheRead || audioOutput || imageInput || imageCacheRead || imageOutput);
}

/** What sound and pictures cost beyond the same number of tokens of text. */
function beyondText(price: ModelPrice, usage: Usage, text: TextRates): number {
  const { fresh, read, output } = splitTokens(usage);
  const size = countOf(usage.input);
  let dollars = 0;
  for (const { input, cached, output: produced } of MODALITIES) {
    const cachedCount = Math.min(countOf(usage[cached[0]]), read);
    const freshCount = Math.min(Math.max(0, countOf(usage[input[0]]) - cachedCount), fresh);
    const producedCount = Math.min(countOf(usage[produced[0]]), output);
    dollars += freshCount * ((rateOf(price[input[1]], size) ?? text.input) - text.input);
    dollars += cachedCount * ((rateOf(price[cached[1]], size) ?? text.cached) - text.cached);
    dollars += producedCount * ((rateOf(price[produced[1]], size) ?? text.output) - text.output);
  }
  return dollars;
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
