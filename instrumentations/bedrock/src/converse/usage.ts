import type { Usage } from "@kit/genai";
import type { ConverseUsage } from "./wire.js";

/** Reads token counts, whose input leaves out what was read from the cache and written to it. */
export function readUsage(usage: ConverseUsage | null | undefined, terms: Usage["terms"]): Usage | undefined {
  if (usage == null) return undefined;
  const { inputTokens, cacheReadInputTokenCount: read, cacheWriteInputTokenCount: written } = usage;
  const { cacheReadInputTokens: cacheRead = read, cacheWriteInputTokens: cacheWrite = written } = usage;
  return {
    input: inputTokens === undefined ? undefined : inputTokens + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: usage.outputTokens,
    cacheRead,
    cacheWrite,
    cacheWrite1h: keptAnHour(usage),
    terms,
  };
}

/** Writes to the cache are counted by how long they are kept. */
function keptAnHour({ cacheDetails }: ConverseUsage): number | undefined {
  const kept = cacheDetails?.filter(({ ttl }) => ttl === "1h").map(({ inputTokens = 0 }) => inputTokens);
  return kept?.length ? kept.reduce((total, count) => total + count) : undefined;
}
