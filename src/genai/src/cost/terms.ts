import type { Usage } from "../adapter/usage.js";

/** Terms at which the listed prices apply unchanged, by all providers' names. */
const USUAL: ReadonlySet<unknown> = new Set([
  "",
  "default",
  "standard",
  "auto",
  "on_demand",
  "global",
  "not_available",
]);

/**
 * The factor that a term applies to the usual price, where its provider publishes one for all models. Priority and fast
 * processing are priced per model and reserved capacity per contract, so their prices are unknown.
 */
const FACTORS: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map([
  // developers.openai.com/api/docs/guides/flex-processing and /batch: flex has the price of batches, which is half.
  ["openai", rules({ flex: 0.5, batch: 0.5 })],
  // learn.microsoft.com/azure/foundry/openai/how-to/flex-processing and /batch: 50 % less.
  ["azure.ai.openai", rules({ flex: 0.5, batch: 0.5 })],
  // platform.claude.com/docs/en/about-claude/pricing: batches at half, inference in the US only at 1.1 times.
  ["anthropic", rules({ batch: 0.5, us: 1.1 })],
  // ai.google.dev/gemini-api/docs/optimization: flex and batches at half.
  ["gcp.gemini", rules({ flex: 0.5, batch: 0.5 })],
  // console.groq.com/docs/flex-processing: the price of on-demand.
  ["groq", rules({ flex: 1 })],
]);

function rules(factors: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  return new Map(Object.entries(factors));
}

/** The terms that may change the price; `undefined` for none. */
export function unusualTerms(terms: Usage["terms"]): readonly string[] | undefined {
  return terms?.some(isUnusual) ? terms.filter(isUnusual) : undefined;
}

function isUnusual(term: unknown): term is string {
  return typeof term === "string" && !USUAL.has(term);
}

/** The product of the terms' factors on the usual price of tokens; `undefined` if one of them has none. */
export function termsFactor(provider: string, terms: readonly string[]): number | undefined {
  let factor = 1;
  for (const term of terms) factor *= FACTORS.get(provider)?.get(term) ?? Number.NaN;
  return Number.isNaN(factor) ? undefined : factor;
}
