import { createHash, randomBytes } from "node:crypto";

/** Longest key that AgentPulse accepts; with a longer one, the event would be lost. */
const MAX_KEY = 256;
/** Length of a run's own part: `:run:` and 16 hexadecimal digits. */
const RUN_PART = 21;
const CRON_PREFIX = "agent:main:cron:";

/**
 * Key of a session: its id, else its name. AgentPulse's dashboard hides keys that begin with `session:`, so those get a
 * leading underscore. A long key is cut and ends in a hash of the whole, so that different keys stay different.
 */
export function sessionKey(name: string, id: string | undefined): string {
  const wanted = id || name;
  return bounded(wanted.startsWith("session:") ? `_${wanted}` : wanted, MAX_KEY);
}

/**
 * Key of a scheduled job, in the form that AgentPulse recognises as a job. With `run`, each run has a key of its own.
 */
export function cronKey(job: string, by: "job" | "run"): string {
  const safe = bounded(job.replaceAll(":", "-"), MAX_KEY - CRON_PREFIX.length - RUN_PART);
  const key = `${CRON_PREFIX}${safe}`;
  return by === "run" ? `${key}:run:${randomBytes(8).toString("hex")}` : key;
}

function bounded(given: string, max: number): string {
  const text = wellFormed(given);
  if (text.length <= max) return text;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  const kept = text.slice(0, max - hash.length - 1);
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}~${hash}`;
}

/** Lone surrogates are not valid Unicode: every exporter would write them differently, and baggage cannot hold them. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}
