/** A number the provider may or may not have sent. */
type Count = number | null | undefined;

/**
 * Token usage with one meaning for all providers: `input` counts all input (including cached), `output` all output
 * (including reasoning). Every other count is a part of one of the two, and must not be added to them.
 */
export interface Usage {
  input?: Count;
  output?: Count;
  cacheRead?: Count;
  cacheWrite?: Count;
  /** Part of `cacheWrite` that is kept for an hour, which costs more. */
  cacheWrite1h?: Count;
  reasoning?: Count;
  textInput?: Count;
  textOutput?: Count;
  textCacheRead?: Count;
  imageInput?: Count;
  imageOutput?: Count;
  imageCacheRead?: Count;
  audioInput?: Count;
  audioOutput?: Count;
  audioCacheRead?: Count;
  /** What the provider itself charged, in US dollars; wins over any price table. */
  costUsd?: Count;
  /** Searches of the web and of stored files, which are billed by their number. */
  webSearches?: Count;
  fileSearches?: Count;
  /** Under what terms the provider says that it served the call (`flex`, `batch` …): tokens may have another price then. */
  terms?: readonly (string | null | undefined)[] | undefined;
  /** What the provider bills with the call, by its `terms`, and counts beside it: a summary it made, pictures, the advice of another model. */
  aside?: readonly { readonly model?: string | null | undefined; readonly usage: Usage }[] | undefined;
}

/** The members that are numbers. */
type Counts = Omit<Usage, "aside" | "terms">;

/** Whether a value can be a token count: providers have sent strings, fractions and negative numbers. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether a number can be an amount of money or time. */
export function isAmount(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0;
}

/** Adds the usage of one call to a total, member by member. */
export function addUsage(total: Usage, more: Usage | undefined): void {
  for (const [key, count] of Object.entries(more ?? {}) as [keyof Counts, unknown][]) {
    if (isAmount(count)) total[key] = (total[key] ?? 0) + count;
  }
}

/** Whether the provider reported any token count. */
export function hasUsage(usage: Usage | undefined): boolean {
  return usage != null && (isCount(usage.input) || isCount(usage.output));
}
